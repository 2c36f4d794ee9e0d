package dev.kula.data.scenario;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Makes a fleet's data with each row in a regime. Test rows of a device that drifts are there once
 * for each regime that it goes through. For one fleet, on one thread.
 */
final class Regimes {
  private static final int FEWEST_ROUNDS = 8;

  private final Scenario scenario;
  private final FederatedData data;
  private final int rounds;
  private final Seed seed;

  /** Of each row of the result, which row of the source it is. */
  private final List<Integer> sources = new ArrayList<>();

  private final List<Integer> regimes = new ArrayList<>();

  Regimes(Scenario scenario, FederatedData data, int rounds, Seed seed) {
    this.scenario = scenario;
    this.data = data;
    this.rounds = rounds;
    this.seed = seed;
    if (scenario.changes() && rounds < FEWEST_ROUNDS) {
      throw KulaException.user(
          "rounds is %d, must be at least %d for --course %s; use more rounds"
              .formatted(rounds, FEWEST_ROUNDS, scenario.course().notation()));
    }
  }

  /** Devices that stay in their regime. */
  FederatedData still() {
    List<DeviceRows> devices = new ArrayList<>();
    int[] order = order();
    for (int i = 0; i < order.length; i++) {
      DeviceRows rows = data.devices().get(i);
      int regime = order[i] % scenario.shift().regimes();
      devices.add(
          new DeviceRows(rows.device(), put(rows.train(), regime), put(rows.test(), regime)));
    }
    return finished(devices);
  }

  /** Devices that stay in their regime, some of which join late with few rows. */
  FederatedData joining() {
    List<DeviceId> names = data.devices().stream().map(DeviceRows::device).toList();
    boolean[] late = Scenario.newcomers(names, seed);
    List<DeviceRows> devices = new ArrayList<>();
    int[] order = order();
    for (int i = 0; i < order.length; i++) {
      DeviceRows rows = data.devices().get(i);
      int regime = order[i] % scenario.shift().regimes();
      RandomGenerator random = seed.derive("join").derive(rows.device().name()).generator();
      int round = late[i] ? rounds / 4 + random.nextInt(Math.max(1, rounds / 4)) : 0;
      int held = random.nextInt(Scenario.FEWEST_ROWS, Scenario.MOST_ROWS + 1);
      int[] train = late[i] ? few(rows.train(), held, random) : rows.train();
      int[] test = put(rows.test(), regime);
      devices.add(
          new DeviceRows(
              rows.device(),
              put(train, regime),
              test,
              List.of(new Stage(round, train.length, test, late[i]))));
    }
    return finished(devices);
  }

  /** Devices that move between regimes. */
  FederatedData drifting() {
    List<DeviceRows> devices = new ArrayList<>();
    int[] order = order();
    for (int i = 0; i < order.length; i++) {
      DeviceRows rows = data.devices().get(i);
      Seed own = seed.derive("drift").derive(rows.device().name());
      int regimeCount = scenario.shift().regimes();
      devices.add(
          drifting(
              rows,
              RegimePath.drifting(
                  scenario.course(),
                  order[i] % regimeCount,
                  regimeCount,
                  rounds,
                  own.derive("path")),
              own));
    }
    return finished(devices);
  }

  private DeviceRows drifting(DeviceRows rows, RegimePath path, Seed own) {
    int[] order =
        data.dataset().times().isPresent()
            ? IntStream.range(0, rows.train().length).toArray()
            : Scenario.permutation(rows.train().length, own.derive("order").generator());
    RandomGenerator random = own.derive("mix").generator();
    int stock = Math.max(1, (int) Math.round(Scenario.STOCK * order.length));
    int[] train = new int[order.length];
    int[] heldBy = new int[rounds + 1];
    Arrays.fill(heldBy, stock);
    for (int i = 0; i < order.length; i++) {
      int comes = i < stock ? 0 : 1 + (int) ((long) (i - stock) * rounds / (order.length - stock));
      boolean moved = random.nextDouble() < path.arrived(comes);
      int regime = moved ? path.regime(comes) : path.regimeBefore(comes);
      train[i] = put(rows.train()[order[i]], regime);
      for (int round = comes; i >= stock && round <= rounds; round++) {
        heldBy[round]++;
      }
    }
    int[][] exams = new int[scenario.shift().regimes()][];
    List<Integer> test = new ArrayList<>();
    List<Stage> stages = new ArrayList<>();
    int[] before = {};
    for (int round = 0; round <= rounds; round++) {
      int[] exam = exam(rows.test(), path, round, exams, test);
      boolean change = path.switchesIn(round);
      if (round == 0 || heldBy[round] > heldBy[round - 1] || !Arrays.equals(exam, before)) {
        stages.add(new Stage(round, heldBy[round], exam, change));
      }
      before = exam;
    }
    return new DeviceRows(
        rows.device(), train, test.stream().mapToInt(Integer::intValue).toArray(), stages);
  }

  /** The test rows in the regimes of a round, in proportion. */
  private int[] exam(int[] rows, RegimePath path, int round, int[][] exams, List<Integer> test) {
    int[] to = inRegime(rows, path.regime(round), exams, test);
    int moved = Math.max(1, (int) Math.round(path.arrived(round) * rows.length));
    if (moved == rows.length) {
      return to;
    }
    int[] from = inRegime(rows, path.regimeBefore(round), exams, test);
    int[] mixed = from.clone();
    System.arraycopy(to, 0, mixed, 0, moved);
    return mixed;
  }

  private int[] inRegime(int[] rows, int regime, int[][] exams, List<Integer> test) {
    if (exams[regime] == null) {
      exams[regime] = put(rows, regime);
      Arrays.stream(exams[regime]).forEach(test::add);
    }
    return exams[regime];
  }

  private static int[] few(int[] rows, int count, RandomGenerator random) {
    int[] order = Scenario.permutation(rows.length, random);
    return IntStream.range(0, Math.min(count, rows.length))
        .map(i -> rows[order[i]])
        .sorted()
        .toArray();
  }

  /** Devices in a random order, so that regimes are as large as each other. */
  private int[] order() {
    return Scenario.permutation(data.devices().size(), seed.derive("order").generator());
  }

  private int[] put(int[] rows, int regime) {
    return Arrays.stream(rows).map(row -> put(row, regime)).toArray();
  }

  private int put(int row, int regime) {
    sources.add(row);
    regimes.add(regime);
    return sources.size() - 1;
  }

  /** The operator's base set has rows of all regimes. */
  private FederatedData finished(List<DeviceRows> devices) {
    int[] base = new int[data.base().length];
    for (int i = 0; i < base.length; i++) {
      base[i] = put(data.base()[i], i % scenario.shift().regimes());
    }
    int[] rows = sources.stream().mapToInt(Integer::intValue).toArray();
    Dataset moved =
        scenario
            .shift()
            .apply(
                selected(data.dataset(), rows),
                regimes.stream().mapToInt(Integer::intValue).toArray(),
                seed.derive("shift"));
    return new FederatedData(moved, devices, base, data.standardisation(), data.splitByTime());
  }

  private static Dataset selected(Dataset dataset, int[] rows) {
    FeatureTable features = dataset.features().select(rows);
    float[] targets = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      targets[i] = dataset.targets()[rows[i]];
    }
    Optional<List<DeviceId>> owners =
        dataset.owners().map(all -> Arrays.stream(rows).mapToObj(all::get).toList());
    Optional<double[]> times =
        dataset.times().map(all -> Arrays.stream(rows).mapToDouble(row -> all[row]).toArray());
    return new Dataset(
        dataset.name(),
        dataset.input(),
        dataset.task(),
        dataset.labels(),
        features,
        targets,
        owners,
        times);
  }
}
