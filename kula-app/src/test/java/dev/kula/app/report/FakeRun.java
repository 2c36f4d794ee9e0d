package dev.kula.app.report;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.Comparison;
import dev.kula.round.RunSummary.DataSummary;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.Difference;
import dev.kula.round.RunSummary.Epsilon;
import dev.kula.round.RunSummary.GroupTrials;
import dev.kula.round.RunSummary.IgnoredMessages;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.PersonalAccuracy;
import dev.kula.round.RunSummary.SeedResult;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import dev.kula.store.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Writes run directories that look like real ones, so that the report can be built and looked at.
 */
public final class FakeRun {
  public static final List<String> METHODS =
      List.of(
          "local only",
          "FedAvg",
          "FedAvg + fine-tune",
          "FedProx",
          "static shared data",
          "random swaps",
          "dissimilar swaps",
          "deficit swaps");
  private static final double[] LEVELS = {.60, .79, .825, .80, .815, .79, .77, .832};
  private static final String REFERENCE = "FedAvg + fine-tune";
  private static final String GROUPS = "groups";

  private final int devices;
  private final int rounds;
  private final List<String> labels;
  private final IntFunction<String> deviceName;

  /** By rounds since a change; empty if nothing changes. */
  private List<Double> recovery = List.of();

  public FakeRun(int devices, int rounds, List<String> labels, IntFunction<String> deviceName) {
    this.devices = devices;
    this.rounds = rounds;
    this.labels = labels;
    this.deviceName = deviceName;
  }

  public static FakeRun usual() {
    return new FakeRun(
        50,
        40,
        List.of(
            "T-shirt",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot"),
        i -> "device-%04d".formatted(i + 1));
  }

  public void simulate(Path path) {
    write(path, "simulate", List.of("deficit swaps"), List.of(1L));
  }

  public void compare(Path path) {
    write(path, "compare", METHODS, List.of(1L, 2L, 3L));
  }

  /** A run that swaps nothing. */
  public void plain(Path path) {
    write(path, "simulate", List.of(REFERENCE), List.of(1L));
  }

  /** A comparison in which devices drift, and search for groups that pay in all seeds but one. */
  public void drift(Path path) {
    recovery = List.of(0.6, 0.7, 0.75, 0.77, 0.78, 0.78, 0.79, 0.79, 0.79, 0.8);
    write(path, "compare", List.of(REFERENCE, GROUPS), List.of(1L, 2L, 3L));
  }

  private void write(Path path, String command, List<String> methods, List<Long> seeds) {
    try (RunDirectory directory = RunDirectory.create(path)) {
      List<MethodSummary> summaries = new ArrayList<>();
      for (String method : methods) {
        summaries.add(method(directory, method, seeds));
      }
      Map<String, Object> configuration =
          new TreeMap<>(
              Map.of(
                  "data",
                  "fashion-mnist",
                  "partition",
                  "dirichlet:0.1",
                  "target",
                  "mixture:0.5",
                  "model",
                  "mlp:200",
                  "rounds",
                  rounds,
                  "devices",
                  devices,
                  "epsilon",
                  8.0,
                  "swap-budget",
                  0.1,
                  "policy",
                  "deficit",
                  "exchange",
                  "visit"));
      directory.write(
          new RunSummary(
              RunSummary.SCHEMA_VERSION,
              command,
              configuration,
              new DataSummary(
                  "fashion-mnist", "classification", 12_000, 240, devices, labels, false),
              0.8,
              "the best round of FedAvg + fine-tune, less one point",
              summaries,
              methods.size() == 1 ? List.of() : comparisons(summaries)));
    }
  }

  private MethodSummary method(RunDirectory directory, String method, List<Long> seeds) {
    List<SeedResult> results = new ArrayList<>();
    List<DeviceResult> first = List.of();
    for (long seed : seeds) {
      RandomGenerator random =
          RandomGeneratorFactory.of("L64X128MixRandom").create(31 * seed + method.hashCode());
      boolean swaps = method.endsWith("swaps");
      SwapCounts counts = swaps ? events(directory, method, seed, random) : SwapCounts.NONE;
      RoundRecord last = rounds(directory, method, seed, counts, random);
      if (first.isEmpty()) {
        first = IntStream.range(0, devices).mapToObj(i -> device(i, swaps, random)).toList();
      }
      boolean reached = last.personalAccuracy() > 0.8;
      results.add(
          new SeedResult(
              seed,
              last.personalAccuracy(),
              last.worstDecile(),
              last.personalAccuracy() - 0.05,
              recovery,
              last.personalAccuracy() + 0.004,
              last.globalAccuracy(),
              reached ? 20 + random.nextInt(8) : null,
              reached ? 400.0 + random.nextInt(100) : null,
              last.bytes(),
              Double.POSITIVE_INFINITY,
              counts,
              18,
              method.equals(GROUPS) ? groups(seed) : null,
              method.equals(GROUPS)
                  ? List.of(new IgnoredMessages("ratings without an order, or beyond it", 2))
                  : null,
              null));
    }
    return summary(method, seeds, results, first);
  }

  private GroupTrials groups(long seed) {
    double least = seed == 2 ? -0.05 : 0.2;
    List<RunEvent.Gain> gains =
        IntStream.of(2, 3, 3)
            .mapToObj(count -> new RunEvent.Gain(count, least + 0.02 * count, 0.02))
            .toList();
    return seed == 2
        ? new GroupTrials(16, List.of(devices), gains.getLast(), gains)
        : new GroupTrials(4, List.of(devices - 20, 12, 8), gains.get(1), gains);
  }

  private MethodSummary summary(
      String method, List<Long> seeds, List<SeedResult> results, List<DeviceResult> first) {
    SeedResult one = results.getFirst();
    double mean = results.stream().mapToDouble(SeedResult::personalAccuracy).average().orElse(0);
    boolean reached = one.roundsToTarget() != null;
    return new MethodSummary(
        method,
        seeds,
        rounds,
        "round limit",
        new PersonalAccuracy(
            mean,
            results.stream().mapToDouble(SeedResult::worstDecile).average().orElse(0),
            0.071,
            first.stream().map(DeviceResult::accuracy).toList()),
        mean - 0.05,
        recovery,
        mean + 0.004,
        rounds - 3,
        results.stream().mapToDouble(SeedResult::globalAccuracy).average().orElse(0),
        reached ? 23.3 : null,
        reached ? 431.0 : null,
        905,
        one.bytes(),
        new Epsilon(
            Double.POSITIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            method.endsWith("swaps") ? 7.4 : 0,
            method.endsWith("swaps") ? List.of("update", "visit") : List.of("update")),
        one.swaps(),
        18.5,
        results,
        first);
  }

  private RoundRecord rounds(
      RunDirectory directory, String method, long seed, SwapCounts counts, RandomGenerator random) {
    double level =
        (method.equals(GROUPS) ? .84 : LEVELS[METHODS.indexOf(method)])
            + 0.012 * random.nextGaussian();
    RoundRecord last = null;
    for (int round = 1; round <= rounds; round++) {
      double learned = 1 - Math.exp(-round / 7.0);
      double personal = 0.25 + (level - 0.25) * learned + 0.004 * random.nextGaussian();
      double share = (double) round / rounds;
      last =
          new RoundRecord(
              method,
              seed,
              round,
              devices,
              1.8 - 1.3 * learned,
              personal,
              personal - 0.09 + 0.006 * random.nextGaussian(),
              1.7 - 1.1 * learned,
              method.equals("local only") ? 0.1 : personal - 0.03,
              22.6 * round * (method.endsWith("swaps") ? 1.12 : 1),
              traffic(share, counts),
              new SwapCounts(
                  (int) (counts.ordered() * share),
                  (int) (counts.accepted() * share),
                  (int) (counts.rejected() * share),
                  (int) (counts.expired() * share)),
              Double.POSITIVE_INFINITY,
              0.45 * round);
      directory.append(last);
    }
    directory.append(method, seed, new RunEvent.Stopped(rounds, "round limit"));
    return Objects.requireNonNull(last);
  }

  private Traffic traffic(double share, SwapCounts counts) {
    return new Traffic(
        (long) (share * rounds * devices * 2 * 636_040L),
        (long) (share * counts.ordered() * 430L),
        (long) (share * devices * 240 * 785L),
        (long) (share * counts.accepted() * 6_000L),
        (long) (share * counts.ordered() * 1_272_080L),
        (long) (share * counts.accepted() * 18 * 785L),
        (long) (share * devices * 8 * 420L));
  }

  private SwapCounts events(
      RunDirectory directory, String method, long seed, RandomGenerator random) {
    int accepted = 0;
    int rejected = 0;
    int expired = 0;
    int order = 0;
    for (int round = 5; round <= rounds; round += 5) {
      directory.append(method, seed, compared(round));
      for (int receiver = 0; receiver < devices; receiver++) {
        if (random.nextDouble() > 0.55) {
          continue;
        }
        int source = (receiver + 1 + random.nextInt(devices - 1)) % devices;
        int samples = 4 + random.nextInt(20);
        double chance = random.nextDouble();
        String outcome = chance < 0.55 ? "accepted" : chance < 0.92 ? "rejected" : "expired";
        accepted += outcome.equals("accepted") ? 1 : 0;
        rejected += outcome.equals("rejected") ? 1 : 0;
        expired += outcome.equals("expired") ? 1 : 0;
        directory.append(method, seed, ordered(round, ++order, receiver, source, samples, random));
        directory.append(
            method, seed, settled(round, order, receiver, source, samples, outcome, random));
      }
      directory.append(method, seed, reputations(round, random));
    }
    directory.append(
        method, seed, new RunEvent.AccountSpent(30, deviceName.apply(2), "profile", 7.4));
    directory.append(
        method, seed, new RunEvent.AccountSpent(35, deviceName.apply(devices - 1), "profile", 7.2));
    return new SwapCounts(order + 1, accepted, rejected, expired);
  }

  private RunEvent.Compared compared(int round) {
    List<List<String>> groups =
        List.of(
            IntStream.range(0, devices / 2).mapToObj(deviceName).toList(),
            IntStream.range(devices / 2, devices - 2).mapToObj(deviceName).toList(),
            List.of(deviceName.apply(devices - 2)),
            List.of(deviceName.apply(devices - 1)));
    return new RunEvent.Compared(
        round,
        0.05,
        groups,
        List.of(
            new RunEvent.Outlier(
                deviceName.apply(devices - 1), "labels", 0.71, 0.000004, "has only label Bag"),
            new RunEvent.Outlier(
                deviceName.apply(devices - 2), "features", 0.44, 0.0123, "its images are darker")));
  }

  private RunEvent.Ordered ordered(
      int round, int order, int receiver, int source, int samples, RandomGenerator random) {
    double deficit = 0.1 + 0.4 * random.nextDouble();
    double coverage = 0.3 + 0.6 * random.nextDouble();
    String label = labels.get(random.nextInt(labels.size()));
    return new RunEvent.Ordered(
        round,
        order,
        deviceName.apply(receiver),
        deviceName.apply(source),
        random.nextDouble() < 0.9 ? "visit" : "raw",
        samples,
        List.of(label),
        deficit,
        coverage,
        0.3 + 0.5 * random.nextDouble(),
        0.6,
        0.1,
        0.2,
        0.2 + 0.5 * random.nextDouble(),
        deficit * coverage,
        300,
        1,
        "%s lacks %.0f %% of its target, most of it %s, of which %s has %.0f %%; features are alike."
            .formatted(
                deviceName.apply(receiver),
                100 * deficit,
                label,
                deviceName.apply(source),
                100 * coverage));
  }

  private RunEvent.Settled settled(
      int round,
      int order,
      int receiver,
      int source,
      int samples,
      String outcome,
      RandomGenerator random) {
    boolean answered = !outcome.equals("expired");
    boolean accepted = outcome.equals("accepted");
    double without = 0.5 + 0.3 * random.nextDouble();
    return new RunEvent.Settled(
        round,
        order,
        deviceName.apply(receiver),
        deviceName.apply(source),
        outcome,
        answered ? without : null,
        answered ? without * (accepted ? 0.9 : 1.05) : null,
        accepted ? samples : 0,
        answered ? 1_272_080 : 430,
        accepted ? "held-out loss fell by 10 %." : answered ? "held-out loss rose." : "no answer.");
  }

  private RunEvent.Reputations reputations(int round, RandomGenerator random) {
    return new RunEvent.Reputations(
        round,
        IntStream.range(0, devices)
            .mapToObj(
                i ->
                    new RunEvent.Standing(
                        deviceName.apply(i),
                        0.2 + 0.6 * random.nextDouble(),
                        0.8 + 0.2 * random.nextDouble()))
            .toList());
  }

  private DeviceResult device(int i, boolean swaps, RandomGenerator random) {
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    for (int label = 0; label < labels.size(); label++) {
      double skew = Math.pow(random.nextDouble(), 6);
      double own = Math.rint(180 * skew);
      before.add(own);
      after.add(own + (swaps && random.nextDouble() < 0.35 ? random.nextInt(15) : 0));
    }
    double without = 0.72 + 0.2 * random.nextDouble();
    double gain = swaps ? 0.012 + 0.03 * random.nextGaussian() : 0;
    return new DeviceResult(
        deviceName.apply(i),
        (int) before.stream().mapToDouble(Double::doubleValue).sum(),
        without,
        Math.min(1, without + gain),
        before,
        after,
        swaps ? 4 + 3 * random.nextDouble() : 0,
        swaps && (i == 2 || i == devices - 1) ? Integer.valueOf(30) : null,
        0.2 + 0.6 * random.nextDouble(),
        swaps ? random.nextInt(80) : 0,
        swaps ? random.nextInt(80) : 0);
  }

  private static List<Comparison> comparisons(List<MethodSummary> methods) {
    MethodSummary reference =
        methods.stream().filter(m -> m.name().equals(REFERENCE)).findFirst().orElseThrow();
    return methods.stream()
        .filter(m -> !m.name().equals(REFERENCE))
        .map(
            m -> {
              double difference = m.personalAccuracy().mean() - reference.personalAccuracy().mean();
              return new Comparison(
                  m.name(),
                  REFERENCE,
                  difference,
                  difference - 0.018,
                  difference + 0.018,
                  0.01,
                  new Difference(difference, difference - 0.02, difference + 0.02),
                  null);
            })
        .toList();
  }
}
