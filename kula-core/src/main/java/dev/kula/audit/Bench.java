package dev.kula.audit;

import dev.kula.Seed;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.data.DeviceKeys;
import dev.kula.data.SampleSet;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Workbench;
import dev.kula.fleet.EnginePool;
import dev.kula.model.Scope;
import dev.kula.model.TrainingPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * What all attacks of an audit share.
 *
 * @param pool threads that compute
 * @param model the global model that devices are sent
 * @param local how they train for an update
 * @param trials releases of each kind
 * @param keys of all devices
 * @param seed of all randomness
 */
record Bench(
    EnginePool pool, float[] model, TrainingPlan local, int trials, DeviceKeys keys, Seed seed) {
  /** Trains one record once. */
  private static final TrainingPlan STEP = TrainingPlan.of(1, 1, 0.1f);

  /** Runs every trial, on all threads; results in their order. */
  <T> List<T> each(IntFunction<Function<Workbench, T>> trial) {
    List<Function<EnginePool.Engines, T>> tasks = new ArrayList<>();
    for (int t = 0; t < trials; t++) {
      Function<Workbench, T> task = trial.apply(t);
      tasks.add(engines -> task.apply(bench(engines)));
    }
    return pool.run(tasks);
  }

  /** Runs one task. */
  <T> T on(Function<Workbench, T> task) {
    List<Function<EnginePool.Engines, T>> tasks = List.of(engines -> task.apply(bench(engines)));
    return pool.run(tasks).getFirst();
  }

  private static Workbench bench(EnginePool.Engines engines) {
    return new Workbench(engines.model(), engines.head(), engines.local(), Instant.EPOCH, 1e-6);
  }

  Subject subject(Pool records, int[] rows, DeviceSettings settings, Seed device, Workbench work) {
    return new Subject(records, rows, settings, keys, model, device, work);
  }

  /** The direction, of norm 1, in which one row alone moves what {@code kind} releases. */
  double[] direction(Pool records, int row, Kind kind, Workbench work) {
    Scope scope = kind == Kind.VISIT ? Scope.HEAD : Scope.ALL;
    float[] moved = model.clone();
    SampleSet one = SampleSet.of(records.table(), records.targets(), new int[] {row});
    work.engine().train(moved, one, STEP.withScope(scope), seed.generator());
    int offset = work.engine().layout().offset(scope);
    double[] direction = new double[model.length - offset];
    double squares = 0;
    for (int i = 0; i < direction.length; i++) {
      direction[i] = (double) moved[offset + i] - model[offset + i];
      squares += direction[i] * direction[i];
    }
    double norm = squares == 0 ? 1 : Math.sqrt(squares);
    for (int i = 0; i < direction.length; i++) {
      direction[i] /= norm;
    }
    return direction;
  }
}
