package dev.kula.audit;

import dev.kula.KulaException;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Records that an audited device may hold, and after them two canaries: the same random pixels
 * under two labels. No other record has the first one's label, so that the device splits the others
 * into what it trains on and what not as if the canary were not there: one record more is one
 * record more.
 *
 * @param table records, then a canary for each label
 * @param targets one a row
 * @param records number of records without the canaries
 * @param label of no record
 * @param low least number in a record
 * @param high largest
 */
record Pool(FeatureTable table, float[] targets, int records, int label, float low, float high) {
  private static final int FEWEST_RECORDS = 8;

  /**
   * Some rows of a data set.
   *
   * @param size at most so many of them
   */
  static Pool of(Dataset dataset, int[] rows, int size, RandomGenerator random) {
    int label = rarest(dataset, rows);
    int[] kept = Arrays.stream(rows).filter(row -> dataset.bin(row) != label).toArray();
    for (int i = kept.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = kept[i];
      kept[i] = kept[j];
      kept[j] = swapped;
    }
    kept = Arrays.copyOf(kept, Math.min(size, kept.length));
    if (kept.length < FEWEST_RECORDS) {
      throw KulaException.user(
          "the audited device has %d records beside those of one label, must have at least %d; use fewer --devices or a less skewed --partition"
              .formatted(kept.length, FEWEST_RECORDS));
    }
    int columns = dataset.features().columns();
    int labels = dataset.labels().size();
    float[] values = new float[(kept.length + labels) * columns];
    float[] targets = new float[kept.length + labels];
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < kept.length; i++) {
      dataset.features().copyRow(kept[i], values, i * columns);
      targets[i] = dataset.targets()[kept[i]];
    }
    for (int i = 0; i < kept.length * columns; i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
    for (int i = 0; i < columns; i++) {
      float pixel = random.nextBoolean() ? high : low;
      for (int other = 0; other < labels; other++) {
        values[(kept.length + other) * columns + i] = pixel;
      }
    }
    for (int other = 0; other < labels; other++) {
      targets[kept.length + other] = other;
    }
    return new Pool(
        new FeatureTable.Floats(values, columns), targets, kept.length, label, low, high);
  }

  private static int rarest(Dataset dataset, int[] rows) {
    int[] counts = new int[dataset.labels().size()];
    for (int row : rows) {
      counts[dataset.bin(row)]++;
    }
    int rarest = 0;
    for (int label = 1; label < counts.length; label++) {
      rarest = counts[label] < counts[rarest] ? label : rarest;
    }
    return rarest;
  }

  /** Row of the canary that may join the records. */
  int canary() {
    return canary(label);
  }

  /** Row of the canary with a label. */
  int canary(int of) {
    return records + of;
  }

  /** Number of labels. */
  int labels() {
    return targets.length - records;
  }

  float[] row(int row) {
    float[] values = new float[table.columns()];
    table.copyRow(row, values, 0);
    return values;
  }

  /** Rows that a fair coin picks, a coin each. */
  boolean[] half(RandomGenerator random) {
    boolean[] held = new boolean[records];
    for (int i = 0; i < records; i++) {
      held[i] = random.nextBoolean();
    }
    return held;
  }
}
