package dev.kula.round;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.ClusteredAggregation;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Personalization;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.fleet.Pace;
import dev.kula.model.ModelSpec;
import dev.kula.model.Scope;
import dev.kula.model.ToyEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.PrivacyBudget;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.swap.Gate;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A small run, as the command line would set it up; every part can be set otherwise. */
final class ToyRun {
  private static final double DELTA = 1e-5;

  FederatedData data = ToyClusters.skewed(9, 32, 16);
  AggregationStrategy strategy = AggregationStrategy.parse("fedavg");
  Pace pace = Pace.ALL;
  String policy = "deficit";
  Optional<Exchange> exchange = Optional.of(Exchange.VISIT);
  double epsilon = 200;
  Protection protection = Protection.PROFILES;
  Personalization personalization = Personalization.FINE_TUNE;
  int rounds = 6;
  int swapEvery = 2;
  boolean groups = false;
  boolean labelPrior = false;
  double participation = 1;
  double budget = 0.3;
  int threads = 1;
  boolean pooled;
  Optional<SimulationSettings.Threat> threat = Optional.empty();
  long seed = 7;
  Convergence convergence = Convergence.off();
  Gate gate = new Gate(0, 0.01, 0, 2);
  double profileRho = Double.NaN;

  /**
   * What a run gave.
   *
   * @param result at the end
   * @param checkpoints one a round
   * @param events all of them
   */
  record Outcome(RunResult result, List<RunState> checkpoints, List<RunEvent> events) {
    /** All that must not depend on threads, order or interruptions, to the last bit. */
    String bytes() {
      StringBuilder text =
          new StringBuilder("global ")
              .append(result.models().stream().map(ToyRun::digest).toList())
              .append('\n');
      result
          .personal()
          .forEach(
              (name, model) -> text.append(name + " " + digest(model.parameters())).append('\n'));
      result.history().forEach(round -> text.append(round.withWallSeconds(0)).append('\n'));
      result.devices().forEach(device -> text.append(device).append('\n'));
      return text.append(result.epsilon()).append(result.stopped()).toString();
    }
  }

  private static String digest(float[] model) {
    CRC32C sum = new CRC32C();
    for (float value : model) {
      int bits = Float.floatToRawIntBits(value);
      sum.update(ByteBuffer.allocate(Float.BYTES).putInt(0, bits));
    }
    return Long.toHexString(sum.getValue());
  }

  /** In that many clusters. */
  ToyRun in(int clusters) {
    strategy = new ClusteredAggregation(strategy, clusters);
    return this;
  }

  RoundSettings roundSettings() {
    return new RoundSettings(
        policy,
        new Seed(seed),
        rounds,
        participation,
        1,
        TrainingPlan.of(1, 8, 0.1f),
        strategy,
        pace,
        personalization,
        SwapPolicy.parse(policy),
        swapEvery,
        new SwapSettings(
            budget,
            exchange,
            Selection.DIVERSITY,
            ToyClusters.FEATURES * 4L + 4,
            4L * (ToyClusters.FEATURES + 1) * ToyClusters.CLASSES,
            2,
            2,
            0.9,
            Duration.ofHours(1),
            0.25,
            1000,
            Long.MAX_VALUE),
        groups,
        labelPrior,
        0.05,
        convergence);
  }

  DeviceSettings deviceSettings() {
    int plannings = roundSettings().plannings();
    boolean all = protection == Protection.ALL;
    PrivacyBudget allocated =
        PrivacyBudget.allocate(
            RenyiFilter.of(epsilon, DELTA),
            new PrivacyBudget.Releases(
                roundSettings().reports(all),
                plannings,
                all ? 2 * plannings : 0,
                all ? rounds : 0));
    return new DeviceSettings(
            ToyClusters.LABELS,
            personalization,
            TrainingPlan.of(3, 8, 0.2f),
            TrainingPlan.of(3, 8, 0.2f).withScope(Scope.HEAD),
            TrainingPlan.of(3, 8, 0.2f).withScope(Scope.HEAD),
            gate,
            new PrivacySettings(
                RenyiFilter.of(epsilon, DELTA),
                protection,
                Double.isNaN(profileRho) ? allocated.profileRho() : profileRho,
                allocated.outcomeRho(),
                new ChangeProtection.WholeChange(allocated.visitRho(), 0.5),
                new SumProtection(allocated.visitRho(), 1),
                new ChangeProtection.WholeChange(allocated.updateRho(), 1)),
            true)
        .withBroadcast(strategy.broadcast());
  }

  Outcome run() {
    return run(null);
  }

  /** Runs on from a checkpoint of a run with the same settings, or from the start. */
  Outcome run(@Nullable RunState from) {
    List<RunState> checkpoints = new ArrayList<>();
    List<RunEvent> events = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void round(RoundRecord round, List<RunEvent> told) {
            events.addAll(told);
          }

          @Override
          public void checkpoint(Supplier<RunState> state) {
            checkpoints.add(state.get());
          }
        };
    SimulationSettings settings =
        new SimulationSettings(
            roundSettings(),
            deviceSettings(),
            new TargetSpec.Mixture(0.5),
            ModelSpec.parse("mlp:6"),
            threat,
            pooled,
            threads);
    try (Simulation simulation = new Simulation(data, settings, ToyEngine.factory(), listener)) {
      if (from != null) {
        simulation.restore(from);
      }
      return new Outcome(simulation.run(), checkpoints, events);
    }
  }
}
