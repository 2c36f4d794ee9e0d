package dev.kula.app;

import dev.kula.Extension;
import dev.kula.Extensions;
import dev.kula.KulaException;
import dev.kula.data.FederatedData;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Simulation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A simulation as a Java program runs it: the settings are those of {@code kula simulate}, with the
 * same names, defaults and rules, and the result is an object. It writes no file and prints
 * nothing.
 *
 * <pre>{@code
 * RunResult result = Experiment.of(Map.of("devices", 20, "rounds", 10)).run();
 * double accuracy = result.accuracy().mean();
 * }</pre>
 *
 * <p>Immutable. The same experiment gives the same result, as often as it is run.
 */
public final class Experiment {
  /** They are about files, other processes or several runs. */
  private static final Set<Flag> NOT_TAKEN =
      EnumSet.of(
          Flag.SEEDS,
          Flag.METHODS,
          Flag.FLEET,
          Flag.SPILL_ABOVE,
          Flag.OUT,
          Flag.RESUME,
          Flag.KEEP_EVERY,
          Flag.FROM_ROUND);

  private static final RunListener NOBODY =
      new RunListener() {
        @Override
        public void round(RoundRecord round, List<RunEvent> events) {}

        @Override
        public void checkpoint(Supplier<RunState> state) {}
      };

  private final Map<String, ?> settings;
  private final List<Extension<?>> extensions;

  private Experiment(Map<String, ?> settings, List<Extension<?>> extensions) {
    this.settings = settings;
    this.extensions = extensions;
  }

  /**
   * With some settings.
   *
   * @param settings texts, numbers or lists of texts by the name of the flag, such as {@code
   *     local-epochs}; the rest have their defaults
   * @throws KulaException (USER) for a setting that a single run in this process has no use for
   */
  public static Experiment of(Map<String, ?> settings) {
    for (Flag flag : NOT_TAKEN) {
      if (settings.containsKey(flag.key())) {
        throw KulaException.user(
            "'%s' is no setting of an experiment, which is one run in this process and writes no file; leave it out"
                .formatted(flag.key()));
      }
    }
    return new Experiment(Map.copyOf(settings), List.of());
  }

  /**
   * The same, knowing an extension by its name, as if it were on the class path: a {@link
   * dev.kula.swap.SwapPolicyProvider}, a {@link dev.kula.aggregate.StrategyProvider}, a {@link
   * dev.kula.model.ModelProvider} or a {@link dev.kula.data.source.TableProvider}.
   */
  public Experiment with(Extension<?> extension) {
    List<Extension<?>> more = new ArrayList<>(extensions);
    more.add(extension);
    return new Experiment(settings, List.copyOf(more));
  }

  /**
   * Runs it.
   *
   * @throws KulaException (USER) if a setting breaks its rule, is unknown or does not suit the data
   */
  public RunResult run() {
    return run(NOBODY);
  }

  /**
   * Runs it.
   *
   * @param listener is told of rounds as they end
   * @throws KulaException likewise
   */
  public RunResult run(RunListener listener) {
    return Extensions.with(
        extensions,
        () -> {
          RunSettings all = RunSettings.of(settings);
          FederatedData data = RunPlanner.federate(RunPlanner.read(all), all);
          ModelEngines engines = ModelEngines.best();
          try (Simulation run =
              new Simulation(
                  data, new RunPlanner(engines).plan(all, data, true), engines, listener)) {
            return run.run();
          }
        });
  }
}
