package dev.kula.data.partition;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.Decimal;
import dev.kula.data.DeviceId;
import dev.kula.data.Notation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Who owns which row. Every row of the pool goes to exactly one device; the same seed gives the
 * same devices. Labels are label bins: classes, or the quantile bins of a regression. Values are
 * immutable and thread safe.
 */
public sealed interface PartitionSpec {
  /** Smallest concentration; below it gamma variates underflow to zero. */
  double SMALLEST_ALPHA = 1e-3;

  /** Largest concentration; all shares are equal to a millionth long before. */
  double LARGEST_ALPHA = 1e6;

  /** In command-line notation; {@link #parse} reads it back. */
  String notation();

  /**
   * Deals the pool out.
   *
   * @param pool rows to deal, each once
   * @param devices how many, from 1 to a quarter of the pool; {@code natural} takes as many as the
   *     data name
   * @return devices in the order of their names, each with at least 4 rows
   * @throws KulaException (USER) if the pool cannot be dealt like that
   */
  SortedMap<DeviceId, int[]> deal(Dataset dataset, int[] pool, int devices, Seed seed);

  /** As the data say: each row belongs to the device of its device column. */
  record Natural() implements PartitionSpec {
    @Override
    public String notation() {
      return "natural";
    }

    @Override
    public SortedMap<DeviceId, int[]> deal(Dataset dataset, int[] pool, int devices, Seed seed) {
      List<DeviceId> owners = owners(dataset);
      SortedMap<DeviceId, List<Integer>> hands = new TreeMap<>();
      for (int row : pool) {
        hands.computeIfAbsent(owners.get(row), device -> new ArrayList<>()).add(row);
      }
      SortedMap<DeviceId, int[]> dealt = new TreeMap<>();
      hands.forEach(
          (device, rows) -> {
            if (rows.size() < PartitionPlan.SMALLEST_DEVICE) {
              throw KulaException.user(
                  "device '%s' has %d samples, must have at least %d; remove it from the data or"
                          .formatted(device, rows.size(), PartitionPlan.SMALLEST_DEVICE)
                      + " join it to another");
            }
            dealt.put(device, rows.stream().mapToInt(Integer::intValue).toArray());
          });
      return dealt;
    }

    static List<DeviceId> owners(Dataset dataset) {
      return dataset
          .owners()
          .orElseThrow(
              () ->
                  KulaException.user(
                      "partition is 'natural', which needs a device for each row, but '%s' has none;"
                              .formatted(dataset.name())
                          + " name the column with --device-column or use another --partition"));
    }
  }

  /** Equal sizes, labels alike everywhere. */
  record Iid() implements PartitionSpec {
    @Override
    public String notation() {
      return "iid";
    }

    @Override
    public SortedMap<DeviceId, int[]> deal(Dataset dataset, int[] pool, int devices, Seed seed) {
      requireDevices(pool, devices);
      int[] rows = Rows.shuffled(pool, seed.derive("iid").generator());
      Deal deal = new Deal(devices);
      for (int i = 0; i < rows.length; i++) {
        deal.give(i % devices, rows[i]);
      }
      return deal.named();
    }
  }

  /**
   * Each label's rows are shared out among the devices in proportions drawn from a symmetric
   * Dirichlet distribution, so that devices differ in labels and in size: Li et al. 2021,
   * "Federated Learning on Non-IID Data Silos" (arXiv 2102.02079), section IV-A, after Yurochkin et
   * al. 2019; Hsu et al. 2019 (arXiv 1909.06335) draw per device instead. A draw in which a device
   * gets fewer than 10 rows is repeated, as in their code; if a hundred draws do not help, rows
   * move from the largest devices to those below 4.
   *
   * @param alpha concentration, from 0.001 to 1000000; the smaller, the more the devices differ
   */
  record Dirichlet(double alpha) implements PartitionSpec {
    public Dirichlet {
      requireAlpha(alpha);
    }

    @Override
    public String notation() {
      return "dirichlet:" + Decimal.text(alpha);
    }

    @Override
    public SortedMap<DeviceId, int[]> deal(Dataset dataset, int[] pool, int devices, Seed seed) {
      requireDevices(pool, devices);
      List<int[]> bins = Rows.byBin(dataset, pool);
      Seed own = seed.derive("dirichlet");
      return Deal.drawn(
              dataset,
              pool.length,
              devices,
              draw -> {
                RandomGenerator random = own.derive(draw).generator();
                Deal deal = new Deal(devices);
                for (int[] bin : bins) {
                  double[] shares = Proportions.dirichlet(random, devices, alpha);
                  deal.give(Rows.shuffled(bin, random), Proportions.cut(shares, bin.length));
                }
                return deal;
              })
          .named();
    }
  }

  /**
   * Each device gets rows of {@code perDevice} labels only, as with the shards of McMahan et al.
   * 2017. Frequent labels go to more devices, so that devices are of about equal size; all rows are
   * used.
   *
   * @param perDevice labels a device, at least 1
   */
  record Classes(int perDevice) implements PartitionSpec {
    public Classes {
      if (perDevice < 1) {
        throw new IllegalArgumentException(
            "classes a device is " + perDevice + ", must be positive");
      }
    }

    @Override
    public String notation() {
      return "classes:" + perDevice;
    }

    @Override
    public SortedMap<DeviceId, int[]> deal(Dataset dataset, int[] pool, int devices, Seed seed) {
      requireDevices(pool, devices);
      return new ShardDeal(this, dataset, pool, devices, seed.derive("classes")).deal().named();
    }
  }

  /**
   * Sizes drawn from a symmetric Dirichlet distribution, labels alike everywhere: Li et al. 2021,
   * section IV-C. Small devices are redrawn and topped up as for {@link Dirichlet}.
   *
   * @param alpha concentration, from 0.001 to 1000000; the smaller, the more the sizes differ
   */
  record Quantity(double alpha) implements PartitionSpec {
    public Quantity {
      requireAlpha(alpha);
    }

    @Override
    public String notation() {
      return "quantity:" + Decimal.text(alpha);
    }

    @Override
    public SortedMap<DeviceId, int[]> deal(Dataset dataset, int[] pool, int devices, Seed seed) {
      requireDevices(pool, devices);
      Seed own = seed.derive("quantity");
      return Deal.drawn(
              dataset,
              pool.length,
              devices,
              draw -> {
                RandomGenerator random = own.derive(draw).generator();
                double[] shares = Proportions.dirichlet(random, devices, alpha);
                Deal deal = new Deal(devices);
                deal.give(Rows.shuffled(pool, random), Proportions.cut(shares, pool.length));
                return deal;
              })
          .named();
    }
  }

  /**
   * Reads {@code natural}, {@code iid}, {@code dirichlet:ALPHA}, {@code classes:K} or {@code
   * quantity:ALPHA}.
   *
   * @throws KulaException (USER) for anything else
   */
  static PartitionSpec parse(String text) {
    Notation notation = Notation.of("partition", text);
    if (notation.isPlain("natural")) {
      return new Natural();
    }
    if (notation.isPlain("iid")) {
      return new Iid();
    }
    return switch (notation.name()) {
      case "dirichlet" -> new Dirichlet(alpha(notation, "try dirichlet:0.1"));
      case "quantity" -> new Quantity(alpha(notation, "try quantity:1"));
      case "classes" ->
          new Classes(
              (int)
                  notation.number(
                      k -> k >= 1 && k <= 1_000_000 && k == Math.rint(k),
                      "K must be a whole number from 1 to the number of classes",
                      "try classes:2"));
      default ->
          throw notation.mistake(
              "must be natural, iid, dirichlet:ALPHA, classes:K or quantity:ALPHA",
              "try dirichlet:0.1");
    };
  }

  private static double alpha(Notation notation, String remedy) {
    return notation.number(
        alpha -> alpha >= SMALLEST_ALPHA && alpha <= LARGEST_ALPHA,
        "ALPHA must be a number from 0.001 to 1000000",
        remedy);
  }

  private static void requireAlpha(double alpha) {
    if (!(alpha >= SMALLEST_ALPHA && alpha <= LARGEST_ALPHA)) {
      throw new IllegalArgumentException(
          "alpha is %s, must be from %s to %s".formatted(alpha, SMALLEST_ALPHA, LARGEST_ALPHA));
    }
  }

  private static void requireDevices(int[] pool, int devices) {
    int most = pool.length / PartitionPlan.SMALLEST_DEVICE;
    if (devices < 1 || devices > most) {
      throw KulaException.user(
          "devices is %d, must be from 1 to %d, so that each can have %d of the %d samples; change"
                  .formatted(devices, most, PartitionPlan.SMALLEST_DEVICE, pool.length)
              + " --devices");
    }
  }
}
