package dev.kula.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * A data set as a fleet holds it: the rows of each device, split into what it trains on and what
 * its model is examined on, and the operator's base set. No row is in two places. Immutable by
 * contract and thread safe: nobody writes to the arrays.
 *
 * @param dataset the rows referred to, standardised
 * @param devices put in the order of their names, no name twice
 * @param base rows that the operator owns and gives to all, possibly none
 * @param standardisation how {@code dataset} came from the numbers of its source
 * @param splitByTime whether each device's test rows are later than its training rows
 */
public record FederatedData(
    Dataset dataset,
    List<DeviceRows> devices,
    int[] base,
    Standardisation standardisation,
    boolean splitByTime) {
  /**
   * The rows of one device, in time order where the data have times.
   *
   * @param device whose they are
   * @param train rows to train, validate and select on; where there are stages, in the order in
   *     which they come in
   * @param test rows that only the evaluator reads
   * @param stages of the run, by ascending round; none if all is there from the beginning and the
   *     exam is that of the target
   */
  public record DeviceRows(DeviceId device, int[] train, int[] test, List<Stage> stages) {
    public DeviceRows {
      train = train.clone();
      test = test.clone();
      stages = List.copyOf(stages);
      for (int i = 0; i < stages.size(); i++) {
        Stage stage = stages.get(i);
        if (stage.held() > train.length
            || (i > 0
                && (stage.round() <= stages.get(i - 1).round()
                    || stage.held() < stages.get(i - 1).held()))) {
          throw new IllegalArgumentException(
              "stage %s of %s does not follow the one before, or holds more than %d rows"
                  .formatted(stage, device, train.length));
        }
      }
    }

    /** Rows that are all there from the beginning. */
    public DeviceRows(DeviceId device, int[] train, int[] test) {
      this(device, train, test, List.of());
    }

    /** Rows that it has before the first round, or when it joins. */
    public int heldAtFirst() {
      return stages.isEmpty() ? train.length : stages.getFirst().held();
    }

    /** Number of rows, both parts together. */
    public int size() {
      return train.length + test.length;
    }
  }

  /** Whether devices have data of their own, none of which are here. */
  public boolean isElsewhere() {
    return devices.stream().allMatch(device -> device.size() == 0);
  }

  public FederatedData {
    devices = devices.stream().sorted(Comparator.comparing(DeviceRows::device)).toList();
    for (int i = 1; i < devices.size(); i++) {
      if (devices.get(i).device().equals(devices.get(i - 1).device())) {
        throw new IllegalArgumentException(
            "%s has rows twice, must have them once".formatted(devices.get(i).device()));
      }
    }
    base = base.clone();
    BitSet seen = new BitSet(dataset.size());
    take(seen, base);
    for (DeviceRows rows : devices) {
      take(seen, rows.train());
      take(seen, rows.test());
    }
  }

  /** Data as they are, split at random. */
  public FederatedData(Dataset dataset, List<DeviceRows> devices, int[] base) {
    this(dataset, devices, base, Standardisation.none(), false);
  }

  private static void take(BitSet seen, int[] rows) {
    for (int row : rows) {
      if (seen.get(row)) {
        throw new IllegalArgumentException("row " + row + " is in two places");
      }
      seen.set(row);
    }
  }

  /** Counts of each label bin among {@code rows}. */
  public int[] labelCounts(int[] rows) {
    int[] counts = new int[dataset.labels().size()];
    for (int row : rows) {
      counts[dataset.bin(row)]++;
    }
    return counts;
  }

  /** All rows that somebody trains on: the base set, then the devices' in their order. */
  public int[] trainingRows() {
    int[] rows = Arrays.copyOf(base, base.length + count(true));
    int next = base.length;
    for (DeviceRows device : devices) {
      System.arraycopy(device.train(), 0, rows, next, device.train().length);
      next += device.train().length;
    }
    return rows;
  }

  /** All rows that only the evaluator reads, in the order of the devices. */
  public int[] testRows() {
    int[] rows = new int[count(false)];
    int next = 0;
    for (DeviceRows device : devices) {
      System.arraycopy(device.test(), 0, rows, next, device.test().length);
      next += device.test().length;
    }
    return rows;
  }

  private int count(boolean train) {
    int count = 0;
    for (DeviceRows device : devices) {
      count += train ? device.train().length : device.test().length;
    }
    return count;
  }
}
