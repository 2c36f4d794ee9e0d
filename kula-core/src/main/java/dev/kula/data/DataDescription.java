package dev.kula.data;

import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What there is to say about a fleet's data before anyone trains. Immutable by contract and thread
 * safe.
 *
 * @param name of the data set
 * @param classification whether labels are classes; else they are quantile bins
 * @param features numbers in one sample
 * @param samples in the whole data set
 * @param baseSamples of them in the operator's base set
 * @param trainingSamples of them on devices, to train on
 * @param testSamples of them on devices, to test on
 * @param labels names of the label bins
 * @param devices in the order of their names
 * @param labelSkew mean over devices of the total variation distance between the device's labels
 *     and those of all devices together, from 0 (alike) to 1 (disjoint)
 */
public record DataDescription(
    String name,
    boolean classification,
    int features,
    int samples,
    int baseSamples,
    int trainingSamples,
    int testSamples,
    List<String> labels,
    List<DeviceLabels> devices,
    double labelSkew) {
  /**
   * The labels of one device, training and test rows together.
   *
   * @param device its name
   * @param counts one a label bin
   */
  public record DeviceLabels(String device, int[] counts) {
    public DeviceLabels {
      counts = counts.clone();
    }

    /** Number of samples. */
    public int samples() {
      return Arrays.stream(counts).sum();
    }
  }

  public DataDescription {
    labels = List.copyOf(labels);
    devices = List.copyOf(devices);
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("a fleet has at least one device");
    }
  }

  /** Counts the labels of {@code data}. */
  public static DataDescription of(FederatedData data) {
    List<DeviceLabels> devices = new ArrayList<>();
    for (DeviceRows rows : data.devices()) {
      int[] counts = data.labelCounts(rows.train());
      int[] tested = data.labelCounts(rows.test());
      for (int bin = 0; bin < counts.length; bin++) {
        counts[bin] += tested[bin];
      }
      devices.add(new DeviceLabels(rows.device().name(), counts));
    }
    Dataset dataset = data.dataset();
    return new DataDescription(
        dataset.name(),
        dataset.task() instanceof Task.Classification,
        dataset.input().size(),
        dataset.size(),
        data.base().length,
        data.trainingRows().length - data.base().length,
        data.testRows().length,
        dataset.labels().names(),
        devices,
        skew(devices, dataset.labels().size()));
  }

  private static double skew(List<DeviceLabels> devices, int bins) {
    long[] fleet = new long[bins];
    long total = 0;
    for (DeviceLabels device : devices) {
      for (int bin = 0; bin < bins; bin++) {
        fleet[bin] += device.counts()[bin];
        total += device.counts()[bin];
      }
    }
    double sum = 0;
    for (DeviceLabels device : devices) {
      double samples = Math.max(1, device.samples());
      double distance = 0;
      for (int bin = 0; bin < bins; bin++) {
        distance += Math.abs(device.counts()[bin] / samples - (double) fleet[bin] / total);
      }
      sum += distance / 2;
    }
    return sum / devices.size();
  }

  /** Fewest samples on a device. */
  public int fewest() {
    return sizes()[0];
  }

  /** Median of the samples on a device; the upper one of two. */
  public int median() {
    return sizes()[devices.size() / 2];
  }

  /** Most samples on a device. */
  public int most() {
    return sizes()[devices.size() - 1];
  }

  private int[] sizes() {
    return devices.stream().mapToInt(DeviceLabels::samples).sorted().toArray();
  }

  /**
   * The description as text, ending in a line break, with a heat map of labels over devices: the
   * fuller a cell, the greater the label's share of the device's samples.
   *
   * @param colour whether to use ANSI colours
   */
  public String render(boolean colour) {
    return new DataPage(this, colour).render();
  }
}
