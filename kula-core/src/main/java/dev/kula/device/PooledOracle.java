package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.data.Ledger;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
  private final Map<DeviceId, Member> members = new TreeMap<>();
  private final List<SampleSet> base = new ArrayList<>();

  /** A device, and what it trains on of its own. */
  private record Member(TrainingData data, long sampleBytes) {}

  public PooledOracle(LabelSpace labels) {
    this.labels = labels;
  }

  /**
   * Looks over a device's shoulder.
   *
   * @param settings of the device
   * @param seed of the device, from which it splits its samples
   */
  public void enrol(DeviceId device, SampleStore store, DeviceSettings settings, Seed seed) {
    TrainingData data = split(store, settings.privacy().hidesRecordsInUpdates(), seed);
    members.put(device, new Member(data, store.sampleBytes()));
  }

  /** Takes what every device trains on of the base set, once. */
  public void takeBase(SampleStore store) {
    TrainingData holder = split(store, false, new Seed(0));
    holder.base(store.own());
    base.add(holder.baseTraining());
  }

  private TrainingData split(SampleStore store, boolean independently, Seed seed) {
    return new TrainingData(store, labels, even(), independently, seed);
  }

  private double[] even() {
    double[] target = new double[labels.size()];
    Arrays.fill(target, 1.0 / labels.size());
    return target;
  }

  /** What a device trains on of its own by now. */
  private SampleSet own(Member member) {
    member.data().arrived(even());
    return member.data().ledger(new Ledger());
  }

  /** Bytes that these devices sent for it: each of their samples in it once. */
  public long bytes(Collection<DeviceId> devices) {
    return members.entrySet().stream()
        .filter(member -> devices.contains(member.getKey()))
        .mapToLong(member -> own(member.getValue()).size() * member.getValue().sampleBytes())
        .sum();
  }

  /** Trains {@code model} in place on all that these devices hold, and on the base set. */
  public TrainingResult train(
      float[] model,
      Collection<DeviceId> devices,
      TrainingPlan plan,
      TrainingEngine engine,
      Seed seed) {
    List<SampleSet> parts = new ArrayList<>();
    members.forEach(
        (device, member) -> {
          if (devices.contains(device)) {
            parts.add(own(member));
          }
        });
    parts.addAll(base);
    return engine.train(model, SampleSet.concat(parts), plan, seed.generator());
  }
}
