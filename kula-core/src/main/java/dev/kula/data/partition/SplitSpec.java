package dev.kula.data.partition;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.Decimal;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.Notation;
import java.util.Arrays;

/** Which of a device's rows train and which test. Values are immutable and thread safe. */
public sealed interface SplitSpec {
  /** In command-line notation; {@link #parse} reads it back. */
  String notation();

  /** Share of a device's rows that trains, above 0 and below 1. */
  double share();

  /**
   * Splits the rows of one device. At least 2 train and at least 1 tests; both parts come in time
   * order where the data have times.
   *
   * @param rows at least 4
   * @param seed of this device
   */
  DeviceRows split(Dataset dataset, DeviceId device, int[] rows, Seed seed);

  /** Training rows are drawn at random. */
  record Random(double share) implements SplitSpec {
    public Random {
      requireShare(share);
    }

    @Override
    public String notation() {
      return "random:" + Decimal.text(share);
    }

    @Override
    public DeviceRows split(Dataset dataset, DeviceId device, int[] rows, Seed seed) {
      int[] shuffled = Rows.shuffled(Rows.ordered(dataset, rows), seed.derive("split").generator());
      int train = trainCount(share, rows.length);
      return new DeviceRows(
          device,
          Rows.ordered(dataset, Arrays.copyOf(shuffled, train)),
          Rows.ordered(dataset, Arrays.copyOfRange(shuffled, train, rows.length)));
    }
  }

  /** The earliest rows train. */
  record Time(double share) implements SplitSpec {
    public Time {
      requireShare(share);
    }

    @Override
    public String notation() {
      return "time:" + Decimal.text(share);
    }

    @Override
    public DeviceRows split(Dataset dataset, DeviceId device, int[] rows, Seed seed) {
      requireTimes(dataset);
      int[] ordered = Rows.ordered(dataset, rows);
      int train = trainCount(share, rows.length);
      return new DeviceRows(
          device,
          Arrays.copyOf(ordered, train),
          Arrays.copyOfRange(ordered, train, ordered.length));
    }

    void requireTimes(Dataset dataset) {
      if (dataset.times().isEmpty()) {
        throw KulaException.user(
            "split is '%s', which needs a time for each row, but '%s' has none; name the column"
                    .formatted(notation(), dataset.name())
                + " with --time-column or use --split random:0.75");
      }
    }
  }

  /**
   * Reads {@code random:SHARE} or {@code time:SHARE}.
   *
   * @throws KulaException (USER) for anything else
   */
  static SplitSpec parse(String text) {
    Notation notation = Notation.of("split", text);
    return switch (notation.name()) {
      case "random" -> new Random(share(notation, "try random:0.75"));
      case "time" -> new Time(share(notation, "try time:0.75"));
      default -> throw notation.mistake("must be random:SHARE or time:SHARE", "try random:0.75");
    };
  }

  private static double share(Notation notation, String remedy) {
    return notation.number(
        share -> share > 0 && share < 1, "SHARE must be a number above 0 and below 1", remedy);
  }

  private static void requireShare(double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share is " + share + ", must be above 0 and below 1");
    }
  }

  private static int trainCount(double share, int rows) {
    return Math.clamp(Math.round(share * rows), 2, rows - 1);
  }
}
