package dev.kula.data.identity;

import dev.kula.Seed;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Tests of whether the devices of a fleet hold the same kind of data. Each measures a difference
 * between 0 and 1 on the rows as they are, and on rows dealt by chance. The rows are the units:
 * they are taken to be independent, so that rows which repeat each other (a sensor read every
 * second) make any difference look surer than it is.
 *
 * <p>Deterministic for a seed; thread safe.
 */
public final class Identity {
  private static final long WORK = 400_000_000;
  private static final int FEWEST_DEALS = 99;
  private static final int MOST_DEALS = 999;

  private final FederatedData data;
  private final Seed seed;

  /** Device of each row that a device holds. */
  private final int[] owners;

  /** Label bin of each such row. */
  private final int[] bins;

  /** Rows, in the order of {@link #owners}. */
  private final int[] rows;

  /**
   * Tests on {@code data}, training and test rows together, without the base set.
   *
   * @param seed of the deals by chance
   */
  public Identity(FederatedData data, Seed seed) {
    this.data = data;
    this.seed = seed;
    int total = data.devices().stream().mapToInt(DeviceRows::size).sum();
    owners = new int[total];
    bins = new int[total];
    rows = new int[total];
    int next = 0;
    for (int device = 0; device < data.devices().size(); device++) {
      DeviceRows held = data.devices().get(device);
      for (int[] part : new int[][] {held.train(), held.test()}) {
        for (int row : part) {
          owners[next] = device;
          bins[next] = data.dataset().bin(row);
          rows[next++] = row;
        }
      }
    }
  }

  /**
   * Labels: the mean over devices of the total variation distance between the device's label shares
   * and the fleet's, which is the share of its rows that would need another label; by chance where
   * labels are permuted over all rows.
   */
  public Excess labels() {
    RandomGenerator random = seed.derive("labels").generator();
    int[] permuted = bins.clone();
    double observed = labelDistance(permuted);
    double[] byChance = new double[deals(bins.length)];
    for (int deal = 0; deal < byChance.length; deal++) {
      shuffle(permuted, random);
      byChance[deal] = labelDistance(permuted);
    }
    return Excess.of(observed, byChance);
  }

  private double labelDistance(int[] labels) {
    int width = data.dataset().labels().size();
    int devices = data.devices().size();
    double[] fleet = new double[width];
    double[][] counts = new double[devices][width];
    for (int i = 0; i < labels.length; i++) {
      counts[owners[i]][labels[i]]++;
      fleet[labels[i]]++;
    }
    double sum = 0;
    for (double[] device : counts) {
      double held = Math.max(1, Arrays.stream(device).sum());
      for (int bin = 0; bin < width; bin++) {
        sum += Math.abs(device[bin] / held - fleet[bin] / labels.length) / 2;
      }
    }
    return sum / devices;
  }

  /**
   * Features, given the label: the share of the variance of a feature, among rows of one label,
   * that lies between devices, on average over features (η²); by chance where devices are permuted
   * among the rows of each label. It sees shifts of means alone. Of more than {@value Columns#MOST}
   * features, as many are drawn.
   */
  public Excess features() {
    RandomGenerator random = seed.derive("features").generator();
    Columns columns = Columns.of(data.dataset(), rows, random);
    int[][] byLabel = byLabel();
    float[] values = columns.standardised(byLabel);
    int[] permuted = owners.clone();
    double observed = shareBetween(values, columns.count(), byLabel, permuted);
    double[] byChance = new double[deals((long) rows.length * columns.count())];
    for (int deal = 0; deal < byChance.length; deal++) {
      for (int[] places : byLabel) {
        for (int i = places.length - 1; i > 0; i--) {
          int other = places[random.nextInt(i + 1)];
          int kept = permuted[places[i]];
          permuted[places[i]] = permuted[other];
          permuted[other] = kept;
        }
      }
      byChance[deal] = shareBetween(values, columns.count(), byLabel, permuted);
    }
    return Excess.of(observed, byChance);
  }

  private double shareBetween(float[] values, int width, int[][] byLabel, int[] holders) {
    int devices = data.devices().size();
    double between = 0;
    for (int[] places : byLabel) {
      double[] sums = new double[devices * width];
      int[] held = new int[devices];
      for (int place : places) {
        int start = holders[place] * width;
        held[holders[place]]++;
        for (int c = 0; c < width; c++) {
          sums[start + c] += values[place * width + c];
        }
      }
      for (int i = 0; i < sums.length; i++) {
        between += held[i / width] == 0 ? 0 : sums[i] * sums[i] / held[i / width];
      }
    }
    return between / ((double) rows.length * width);
  }

  /**
   * Quantity: the Gini coefficient of the devices' numbers of rows, from 0 (all the same) towards 1
   * (one has all); by chance where each row goes to any device alike.
   */
  public Excess quantity() {
    RandomGenerator random = seed.derive("quantity").generator();
    int devices = data.devices().size();
    double observed = gini(data.devices().stream().mapToInt(DeviceRows::size).toArray());
    double[] byChance = new double[deals(rows.length)];
    for (int deal = 0; deal < byChance.length; deal++) {
      int[] sizes = new int[devices];
      for (int i = 0; i < rows.length; i++) {
        sizes[random.nextInt(devices)]++;
      }
      byChance[deal] = gini(sizes);
    }
    return Excess.of(observed, byChance);
  }

  static double gini(int[] sizes) {
    int[] sorted = sizes.clone();
    Arrays.sort(sorted);
    double weighted = 0;
    double total = 0;
    for (int i = 0; i < sorted.length; i++) {
      weighted += (2.0 * (i + 1) - sorted.length - 1) * sorted[i];
      total += sorted[i];
    }
    return total == 0 ? 0 : weighted / (sorted.length * total);
  }

  private int[][] byLabel() {
    int[] counts = new int[data.dataset().labels().size()];
    for (int bin : bins) {
      counts[bin]++;
    }
    int[][] places = new int[counts.length][];
    for (int bin = 0; bin < counts.length; bin++) {
      places[bin] = new int[counts[bin]];
    }
    for (int i = bins.length - 1; i >= 0; i--) {
      places[bins[i]][--counts[bins[i]]] = i;
    }
    return places;
  }

  private static void shuffle(int[] values, RandomGenerator random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[other];
      values[other] = kept;
    }
  }

  /** As many as can be done in a second or so. */
  private static int deals(long work) {
    return Math.clamp(WORK / Math.max(1, work), FEWEST_DEALS, MOST_DEALS);
  }
}
