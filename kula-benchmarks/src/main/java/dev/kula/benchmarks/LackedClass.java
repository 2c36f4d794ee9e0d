package dev.kula.benchmarks;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.Exchange;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Personalization;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.device.Surroundings;
import dev.kula.device.Workbench;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.ModelSpec;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What one swap brings a device that lacks a class, by exchange, by how many samples of the class
 * the source has, and for class sums by their ρ: accuracy of the personal model on that class, and
 * on all, as a Markdown table. The receiver has 198 images of the nine other classes; source and
 * receiver have the same global model, trained on 400 images of every class; nothing is gated. The
 * bundled Fashion-MNIST, {@code mlp:200}; means over all ten classes and the seeds 1 to 3, or the
 * seed that is the argument.
 */
public final class LackedClass {
  private static final int[] SIZES = {20, 100, 500};
  private static final double[] PRICES = {Double.POSITIVE_INFINITY, 1, 0.1, 0.01};
  private static final int GLOBAL = 400;
  private static final int SOURCE = 500;
  private static final int RECEIVER = 22;
  private static final int EXAM = 200;
  private static final TrainingPlan PLAN = TrainingPlan.of(5, 32, 0.1f);

  private final Dataset dataset = new DataSource.FashionMnist().load(ReadOptions.defaults());
  private final int classes = dataset.labels().size();
  private final double clip;

  private LackedClass(double clip) {
    this.clip = clip;
  }

  /** Prints the table. Arguments: none, or a seed, or a seed and the clip of embeddings. */
  public static void main(String[] arguments) {
    long[] seeds =
        arguments.length == 0 ? new long[] {1, 2, 3} : new long[] {Long.parseLong(arguments[0])};
    double clip = arguments.length < 2 ? 0.35 : Double.parseDouble(arguments[1]);
    new LackedClass(clip).table(seeds);
  }

  private void table(long[] seeds) {
    System.out.println("| exchange | ρ | 20 samples | 100 samples | 500 samples |");
    System.out.println("|:--|--:|--:|--:|--:|");
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("none", Optional.empty(), Double.POSITIVE_INFINITY));
    cases.add(new Case("raw", Optional.of(Exchange.RAW), Double.POSITIVE_INFINITY));
    for (double price : PRICES) {
      cases.add(new Case("visit", Optional.of(Exchange.VISIT), price));
    }
    for (double price : PRICES) {
      cases.add(new Case("synthetic", Optional.of(Exchange.SYNTHETIC), price));
    }
    for (Case each : cases) {
      StringBuilder row = new StringBuilder("| " + each.name + " | " + price(each.rho));
      for (int size : SIZES) {
        double[] mean = new double[2];
        for (long seed : seeds) {
          try (Trial trial = new Trial(new Seed(seed))) {
            for (int lacked = 0; lacked < classes; lacked++) {
              double[] accuracy = trial.accuracy(each, lacked, size);
              mean[0] += 100 * accuracy[0] / classes / seeds.length;
              mean[1] += 100 * accuracy[1] / classes / seeds.length;
            }
          }
        }
        row.append(String.format(Locale.ROOT, " | %.1f / %.1f", mean[0], mean[1]));
      }
      System.out.println(row + " |");
    }
  }

  private static String price(double rho) {
    return Double.isInfinite(rho) ? "no noise" : String.valueOf(rho);
  }

  /**
   * One row of the table.
   *
   * @param exchange empty for no swap
   */
  private record Case(String name, Optional<Exchange> exchange, double rho) {}

  /** One deal of the images, with the global model that comes of it. */
  private final class Trial implements AutoCloseable {
    private final Seed seed;
    private final int[][] rows = new int[classes][];
    private final TrainingEngine engine;
    private final TrainingEngine head;
    private final float[] global;

    Trial(Seed seed) {
      this.seed = seed;
      RandomGenerator random = seed.derive("rows").generator();
      for (int c = 0; c < classes; c++) {
        rows[c] = shuffled(c, random);
      }
      EngineFactory engines = Engines.best();
      ModelSpec model = ModelSpec.parse("mlp:200");
      engine = engines.create(model, dataset.input(), dataset.task());
      head = engines.createHead(model, engine);
      global = engine.initialParameters(seed.derive("initial").generator());
      engine.train(
          global,
          samples(part(-1, 0, GLOBAL)),
          TrainingPlan.of(5, 32, 0.1f),
          seed.derive("train").generator());
    }

    private int[] shuffled(int c, RandomGenerator random) {
      int[] all =
          IntStream.range(0, dataset.targets().length).filter(i -> dataset.bin(i) == c).toArray();
      for (int i = all.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = all[i];
        all[i] = all[j];
        all[j] = swapped;
      }
      return all;
    }

    /** Rows of all classes but one. */
    private int[] part(int without, int from, int size) {
      return IntStream.range(0, classes)
          .filter(c -> c != without)
          .flatMap(c -> Arrays.stream(rows[c], from, from + size))
          .toArray();
    }

    private SampleSet samples(int[] chosen) {
      return SampleSet.of(dataset.features(), dataset.targets(), chosen);
    }

    /** On the class lacked, and on all classes alike. */
    double[] accuracy(Case each, int lacked, int size) {
      DeviceRuntime receiver =
          device("receiver", part(lacked, GLOBAL + SOURCE, RECEIVER), each, lacked);
      int[] given = Arrays.copyOfRange(rows[lacked], GLOBAL, GLOBAL + size);
      DeviceRuntime source = device("source", given, each, lacked);
      Workbench bench = new Workbench(engine, head, Instant.EPOCH, 1e-6);
      Message model = new Message.GlobalModel(1, global);
      say(receiver, Envelope.ORCHESTRATOR, model, bench);
      say(source, Envelope.ORCHESTRATOR, model, bench);
      each.exchange.ifPresent(
          exchange -> swap(source, receiver, order(exchange, lacked, size), bench));
      say(receiver, Envelope.ORCHESTRATOR, new Message.Examine(1, Message.Occasion.ROUND), bench);
      float[] personal = receiver.personal().orElseThrow().parameters();
      int from = GLOBAL + SOURCE + RECEIVER;
      int[] own = Arrays.copyOfRange(rows[lacked], from, from + EXAM);
      return new double[] {
        engine.evaluate(personal, samples(own)).score(dataset.task()),
        engine.evaluate(personal, samples(part(-1, from, EXAM))).score(dataset.task())
      };
    }

    private DeviceRuntime device(String name, int[] chosen, Case each, int lacked) {
      double[] target = new double[classes];
      Arrays.fill(target, 1.0 / classes);
      DeviceId id = new DeviceId(name);
      Seed own = seed.derive(name).derive(lacked);
      return new DeviceRuntime(
          id,
          new SampleStore(id, keys(id), "images", dataset.features(), dataset.targets(), chosen),
          sender -> Optional.of(keys(sender).verifying()),
          target,
          Optional.of(samples(chosen)),
          settings(each.rho),
          own,
          Surroundings.simulated());
    }

    private DeviceKeys keys(DeviceId id) {
      return DeviceKeys.simulated(seed.derive("keys").derive(id.name()));
    }

    @Override
    public void close() {
      head.close();
      engine.close();
    }
  }

  private static SwapOrder order(Exchange exchange, int lacked, int size) {
    return new SwapOrder(
        1,
        1,
        new DeviceId("source"),
        new DeviceId("receiver"),
        size,
        List.of(lacked),
        exchange,
        Admission.UNGATED_BOTH,
        Selection.UNIFORM,
        0,
        false,
        Duration.ofHours(1),
        1);
  }

  /** Carries messages between the two until nobody answers, and closes. */
  private static void swap(
      DeviceRuntime source, DeviceRuntime receiver, SwapOrder order, Workbench bench) {
    say(receiver, Envelope.MONITOR, new Message.Ordered(order), bench);
    List<Envelope> moving = say(source, Envelope.MONITOR, new Message.Ordered(order), bench);
    while (!moving.isEmpty()) {
      DeviceRuntime next = moving.getFirst().to().equals(source.id()) ? source : receiver;
      moving = next.receive(moving, bench);
    }
    say(receiver, Envelope.ORCHESTRATOR, new Message.CloseSwaps(1), bench);
  }

  private static List<Envelope> say(
      DeviceRuntime to, DeviceId from, Message message, Workbench bench) {
    return to.receive(List.of(new Envelope(from, to.id(), message)), bench);
  }

  private DeviceSettings settings(double rho) {
    boolean noised = Double.isFinite(rho);
    double unlimited = 1e6;
    return new DeviceSettings(
        dataset.labels(),
        Personalization.FINE_TUNE,
        PLAN,
        PLAN.withScope(Scope.HEAD),
        TrainingPlan.of(5, 16, 0.1f).withScope(Scope.HEAD),
        Gate.defaults(),
        new PrivacySettings(
            RenyiFilter.of(unlimited, 1e-5),
            noised ? Protection.ALL : Protection.NONE,
            rho,
            rho,
            new ChangeProtection.WholeChange(rho, 0.5),
            new SumProtection(rho, clip),
            new ChangeProtection.WholeChange(rho, 1)),
        true);
  }
}
