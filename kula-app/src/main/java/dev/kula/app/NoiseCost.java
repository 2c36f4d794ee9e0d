package dev.kula.app;

import dev.kula.data.Dataset;
import dev.kula.data.FederatedData;
import dev.kula.model.EngineFactory;
import dev.kula.round.Comparisons.Spread;
import dev.kula.round.Simulation;
import java.util.ArrayList;
import java.util.List;

/** What noise costs in accuracy, by running with and without it; nothing is written. */
final class NoiseCost {
  private final RunPlanner planner;
  private final EngineFactory engines;
  private final Dataset dataset;
  private final Terminal terminal;

  NoiseCost(RunPlanner planner, EngineFactory engines, Dataset dataset, Terminal terminal) {
    this.planner = planner;
    this.engines = engines;
    this.dataset = dataset;
    this.terminal = terminal;
  }

  /** Runs {@code settings} with each of {@code seeds} seeds, twice. */
  Document.Cost measure(RunSettings settings, int seeds) {
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    for (int i = 0; i < seeds; i++) {
      RunSettings seeded = settings.with(Flag.SEED, settings.seed() + i);
      FederatedData data = RunPlanner.federate(dataset, seeded);
      without.add(accuracy(seeded.with(Flag.EPSILON, "inf"), data, "without noise"));
      with.add(accuracy(seeded, data, "with noise"));
    }
    return new Document.Cost(without, with);
  }

  /** As people read it. */
  static Grid grid(Document.Cost cost) {
    int seeds = cost.withNoise().size();
    Spread without = spread(cost.withoutNoise());
    Spread with = spread(cost.withNoise());
    return new Grid(
        seeds == 1
            ? "What the noise costs, one seed"
            : "What the noise costs, %d seeds".formatted(seeds),
        List.of("", "personal accuracy, %"),
        List.of(
            List.of("without noise", Figures.percent(without, seeds)),
            List.of("with this plan", Figures.percent(with, seeds)),
            List.of("difference, points", Figures.points(with.mean() - without.mean()))));
  }

  private static Spread spread(List<Double> values) {
    return Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private double accuracy(RunSettings settings, FederatedData data, String how) {
    String task = "%s, seed %d".formatted(how, settings.seed());
    try (RoundProgress progress = terminal.progress(Stretch.alone(task, settings.rounds()));
        Simulation simulation =
            new Simulation(
                data, planner.plan(settings, data, false), engines, new Watched(progress))) {
      return simulation.run().accuracy().mean();
    }
  }
}
