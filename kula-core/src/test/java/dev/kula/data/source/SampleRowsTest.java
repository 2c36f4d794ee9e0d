package dev.kula.data.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.Standardisation;
import dev.kula.model.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SampleRowsTest {
  private static final Standardisation.Columns SCALE =
      new Standardisation.Columns(new double[] {10, 0}, new double[] {2, 4});
  private static final DataSchema CLASSES =
      new DataSchema(
          List.of("speed", "load"),
          "fault",
          Optional.of("at"),
          new Task.Classification(2),
          LabelSpace.classes(List.of("0", "1")),
          new Standardisation(Optional.of(SCALE), Optional.empty()));
  private static final DataSchema NUMBERS =
      new DataSchema(
          List.of("speed", "load"),
          "wear",
          Optional.empty(),
          new Task.Regression(),
          new LabelSpace(List.of("low", "high"), List.of(0f)),
          new Standardisation(Optional.of(SCALE), Optional.of(new Standardisation.Scale(100, 50))));

  private static Map<String, Object> row(Object speed, Object load, Object fault, Object at) {
    return Map.of("speed", speed, "load", load, "fault", fault, "at", at, "other", "x");
  }

  @Test
  void numbersAndTextMeanTheSame() {
    Dataset read =
        SampleRows.labelled(
            CLASSES,
            "rows",
            List.of(
                row(12, 2.0, 1, "2026-01-01"),
                row(" 8 ", "-4e0", "0", "2026-01-03"),
                row(10f, 0L, 1.0, "2026-01-02")));
    assertArrayEquals(
        new float[] {1, 0.5f, -1, -1, 0, 0}, ((FeatureTable.Floats) read.features()).values());
    assertArrayEquals(new float[] {1, 0, 1}, read.targets());
    double[] times = read.times().orElseThrow();
    assertEquals(2 * (times[2] - times[0]), times[1] - times[0]);
    assertArrayEquals(
        new float[] {1, 0.5f}, SampleRows.features(CLASSES, Map.of("speed", 12, "load", "2")));
  }

  @Test
  void aRegressionIsScaledToo() {
    Dataset read =
        SampleRows.labelled(NUMBERS, "rows", List.of(Map.of("speed", 10, "load", 4, "wear", 200)));
    assertArrayEquals(new float[] {2}, read.targets());
    assertEquals(1, read.bin(0));
  }

  @Test
  void mistakesNameRowColumnAndRule() {
    refused(
        "rows, row 2, column 'load' is missing, must have a value; fill it in",
        without(row(1, 2, 1, 3), "load"));
    refused(
        "rows, row 2, column 'speed' is 'fast', must be a number that fits a 32-bit float; correct it",
        row("fast", 2, 1, 3));
    refused(
        "rows, row 2, column 'speed' is 'NaN', must be a number that fits a 32-bit float; correct it",
        row(Double.NaN, 2, 1, 3));
    refused(
        "rows, row 2, column 'fault' is '2', must be a label of the fleet (0, 1); correct it, or ask"
            + " the operator to add it",
        row(1, 2, 2, 3));
    refused(
        "rows, row 2, column 'at' is 'soon', must be a number like the times above it; correct it",
        row(1, 2, 1, "soon"));
    refused(
        "rows, row 2, column 'load' is empty, must have a value; fill it in or leave the row out",
        row(1, " ", 1, 3));
  }

  private static Map<String, Object> without(Map<String, Object> row, String column) {
    Map<String, Object> less = new HashMap<>(row);
    less.remove(column);
    return less;
  }

  private static void refused(String message, Map<String, Object> second) {
    KulaException mistake =
        assertThrows(
            KulaException.class,
            () -> SampleRows.labelled(CLASSES, "rows", List.of(row(1, 2, 1, 3), second)));
    assertEquals(message, mistake.getMessage());
    assertEquals(KulaException.Blame.USER, mistake.blame());
  }
}
