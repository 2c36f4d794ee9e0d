package dev.kula.data.partition;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.LabelSpace;
import dev.kula.data.Standardisation;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * All that turns a data set into a fleet's data: base set, partition, split, standardisation.
 * Immutable and thread safe.
 *
 * @param partition who owns which row
 * @param devices how many; not used by {@code natural}
 * @param split which rows of a device train
 * @param base share of all rows that the operator owns and hands out, from 0 to 0.5; taken first,
 *     class-balanced
 */
public record PartitionPlan(PartitionSpec partition, int devices, SplitSpec split, double base) {
  /** Fewest rows that a device may have: 2 to train, 1 to hold out, 1 to test. */
  public static final int SMALLEST_DEVICE = 4;

  private static final double LARGEST_BASE = 0.5;

  public PartitionPlan {
    if (!(base >= 0 && base <= LARGEST_BASE)) {
      throw KulaException.user(
          "base is %s, must be a share from 0 to %s; try 0.02".formatted(base, LARGEST_BASE));
    }
    if (devices < 1) {
      throw KulaException.user("devices is %d, must be at least 1; try 50".formatted(devices));
    }
  }

  /** {@code dirichlet:0.1} over 50 devices, {@code random:0.75}, 2 % base data. */
  public static PartitionPlan defaults() {
    return new PartitionPlan(
        new PartitionSpec.Dirichlet(0.1), 50, new SplitSpec.Random(0.75), 0.02);
  }

  /** The same with another partition. */
  public PartitionPlan withPartition(PartitionSpec other) {
    return new PartitionPlan(other, devices, split, base);
  }

  /** The same with another number of devices. */
  public PartitionPlan withDevices(int other) {
    return new PartitionPlan(partition, other, split, base);
  }

  /** The same with another split. */
  public PartitionPlan withSplit(SplitSpec other) {
    return new PartitionPlan(partition, devices, other, base);
  }

  /** The same with another share of base data. */
  public PartitionPlan withBase(double other) {
    return new PartitionPlan(partition, devices, split, other);
  }

  /**
   * Draws the base set, deals the rest to devices, splits each device and standardises features and
   * regression targets on all training rows, base set included. The same seed gives the same rows.
   *
   * @param raw as a reader gave it
   * @throws KulaException (USER) if the data do not allow it, or leave a label untrained
   */
  public FederatedData apply(Dataset raw, Seed seed) {
    if (split instanceof SplitSpec.Time time) {
      time.requireTimes(raw);
    }
    int[] base = new BaseDraw(raw, this, seed).draw();
    boolean[] taken = new boolean[raw.size()];
    for (int row : base) {
      taken[row] = true;
    }
    int[] pool = IntStream.range(0, raw.size()).filter(row -> !taken[row]).toArray();
    SortedMap<DeviceId, int[]> dealt = partition.deal(raw, pool, devices, seed.derive("partition"));
    List<DeviceRows> split = new ArrayList<>();
    dealt.forEach(
        (device, rows) ->
            split.add(
                this.split.split(raw, device, rows, seed.derive("device").derive(device.name()))));
    FederatedData unscaled = new FederatedData(raw, split, base);
    int[] training = unscaled.trainingRows();
    requireLearnable(unscaled, training);
    Dataset binned = binned(raw, training);
    Standardisation standardisation = Standardisation.of(binned, training);
    return new FederatedData(
        standardisation.apply(binned),
        split,
        base,
        standardisation,
        this.split instanceof SplitSpec.Time);
  }

  /** With label bins that the training rows alone define. */
  private static Dataset binned(Dataset raw, int[] training) {
    return switch (raw.task()) {
      case Task.Classification classes -> raw;
      case Task.Regression regression -> {
        float[] targets = new float[training.length];
        for (int i = 0; i < training.length; i++) {
          targets[i] = raw.targets()[training[i]];
        }
        yield new Dataset(
            raw.name(),
            raw.input(),
            raw.task(),
            LabelSpace.quantiles(targets, Dataset.REGRESSION_BINS),
            raw.features(),
            raw.targets(),
            raw.owners(),
            raw.times());
      }
    };
  }

  private void requireLearnable(FederatedData data, int[] training) {
    switch (data.dataset().task()) {
      case Task.Classification classes -> requireClasses(data, training);
      case Task.Regression regression -> requireSpread(data.dataset(), training);
    }
  }

  private void requireClasses(FederatedData data, int[] training) {
    int[] trained = data.labelCounts(training);
    List<String> names = data.dataset().labels().names();
    for (DeviceRows device : data.devices()) {
      int[] tested = data.labelCounts(device.test());
      for (int label = 0; label < trained.length; label++) {
        if (tested[label] > 0 && trained[label] == 0) {
          throw KulaException.user(
              "label '%s' is in the test rows of device '%s' but in no training row of the fleet,"
                      .formatted(names.get(label), device.device())
                  + " every label must be trained; remove its rows or change --split from '%s'"
                      .formatted(split.notation()));
        }
      }
    }
    int present = 0;
    for (int count : trained) {
      present += count > 0 ? 1 : 0;
    }
    if (present < 2) {
      throw KulaException.user(
          "the training rows of '%s' have one class only, must have at least two; use other data"
                  .formatted(data.dataset().name())
              + " or another label column");
    }
  }

  private static void requireSpread(Dataset dataset, int[] training) {
    float first = dataset.targets()[training[0]];
    for (int row : training) {
      if (dataset.targets()[row] != first) {
        return;
      }
    }
    throw KulaException.user(
        "the training targets of '%s' are all %s, must differ; use another label column"
            .formatted(dataset.name(), first));
  }
}
