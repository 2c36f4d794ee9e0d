package dev.kula.fuzz;

import dev.kula.data.Dataset;

/** What everything behind the readers takes for granted. */
final class ValidData {
  private ValidData() {}

  static void require(Dataset data) {
    if (data.size() < 1) {
      throw new AssertionError("no rows");
    }
    float[] row = new float[data.features().columns()];
    for (int i = 0; i < data.size(); i++) {
      data.features().copyRow(i, row, 0);
      for (float value : row) {
        requireFinite(value, i);
      }
      requireFinite(data.targets()[i], i);
      int bin = data.bin(i);
      if (bin < 0 || bin >= data.labels().size()) {
        throw new AssertionError(
            "row %d is in bin %d of %d".formatted(i, bin, data.labels().size()));
      }
    }
    data.times()
        .ifPresent(
            times -> {
              for (int i = 0; i < times.length; i++) {
                if (!Double.isFinite(times[i])) {
                  throw new AssertionError("row %d has time %s".formatted(i, times[i]));
                }
              }
            });
  }

  private static void requireFinite(float value, int row) {
    if (!Float.isFinite(value)) {
      throw new AssertionError("row %d holds %s".formatted(row, value));
    }
  }
}
