package dev.kula.data;

import java.util.List;

/**
 * A data set as a fleet holds it: the rows of each device, split into what it trains on and what
 * its model is examined on, and the operator's base set. No row is in two places.
 *
 * @param dataset the rows referred to
 * @param devices in the order of their names
 * @param base rows that the operator owns and gives to all, possibly none
 */
public record FederatedData(Dataset dataset, List<DeviceRows> devices, int[] base) {
  /**
   * The rows of one device, in time order where the data have times.
   *
   * @param device whose they are
   * @param train rows to train, validate and select on
   * @param test rows that only the evaluator reads
   */
  public record DeviceRows(DeviceId device, int[] train, int[] test) {}

  public FederatedData {
    devices = List.copyOf(devices);
  }

  /** Counts of each label bin among {@code rows}. */
  public int[] labelCounts(int[] rows) {
    int[] counts = new int[dataset.labels().size()];
    for (int row : rows) {
      counts[dataset.bin(row)]++;
    }
    return counts;
  }
}
