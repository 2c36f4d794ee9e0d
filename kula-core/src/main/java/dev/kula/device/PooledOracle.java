package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.LabelSpace;
import dev.kula.data.Ledger;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one model would be if all devices moved their data to one place. An oracle for simulations:
 * it breaks the rule that samples stay where they are, and no live fleet can have one. What devices
 * keep to choose checkpoints by is not in the pool, so that fine-tuning chooses as it does after
 * any other training.
 *
 * <p>Not thread safe.
 */
public final class PooledOracle {
  private final LabelSpace labels;
  private final List<SampleSet> parts = new ArrayList<>();
  private long bytes;

  public PooledOracle(LabelSpace labels) {
    this.labels = labels;
  }

  /**
   * Takes what a device trains on of its own.
   *
   * @param settings of the device
   * @param seed of the device, from which it splits its samples
   */
  public void takeFrom(SampleStore store, DeviceSettings settings, Seed seed) {
    SampleSet own =
        split(store, settings.privacy().hidesRecordsInUpdates(), seed).ledger(new Ledger());
    parts.add(own);
    bytes += own.size() * store.sampleBytes();
  }

  /** Takes what every device trains on of the base set, once. */
  public void takeBase(SampleStore store) {
    TrainingData holder = split(store, false, new Seed(0));
    holder.base(store.own());
    parts.add(holder.baseTraining());
  }

  private TrainingData split(SampleStore store, boolean independently, Seed seed) {
    double[] target = new double[labels.size()];
    Arrays.fill(target, 1.0 / labels.size());
    return new TrainingData(store, labels, target, independently, seed);
  }

  /** Bytes that devices sent for it: each of their samples in it once. */
  public long bytes() {
    return bytes;
  }

  /** Trains {@code model} in place on all that was taken. */
  public TrainingResult train(float[] model, TrainingPlan plan, TrainingEngine engine, Seed seed) {
    return engine.train(model, SampleSet.concat(parts), plan, seed.generator());
  }
}
