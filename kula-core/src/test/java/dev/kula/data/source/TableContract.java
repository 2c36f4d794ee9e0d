package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.Standardisation;
import dev.kula.data.source.ReadOptions.TaskKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds for tables wherever they come from: the same rows are the same data set, to the bit,
 * and mistakes in them are one line. For every {@link DataSource.Tabular}.
 */
public abstract class TableContract {
  /** The columns of every table here. */
  protected static final List<String> COLUMNS = List.of("device", "x[0]", "x[1]", "label");

  private static final ReadOptions CLASSES = ReadOptions.defaults();
  private static final String ODD = "d'1 \"q\", %s; $(x)";
  private static final String ODDER = "e [*]? #";

  @TempDir Path directory;

  /**
   * Writes a table of {@link #COLUMNS}.
   *
   * @param to an empty directory
   * @param rows as text, those of a device together, in the order of devices; empty where there is
   *     no value
   */
  protected abstract DataSource.Tabular write(Path to, List<List<String>> rows) throws Exception;

  /** The rows of each device, without its name. */
  protected static Map<String, List<List<String>>> byDevice(List<List<String>> rows) {
    Map<String, List<List<String>>> byDevice = new TreeMap<>();
    for (List<String> row : rows) {
      byDevice
          .computeIfAbsent(row.getFirst(), device -> new ArrayList<>())
          .add(row.subList(1, row.size()));
    }
    return byDevice;
  }

  private static List<List<String>> rows() {
    return List.of(
        List.of(ODD, "0.1", "-3e2", "10"),
        List.of(ODD, "16777217", "1e-40", "9"),
        List.of(ODDER, "2", "3.4028235e38", "2"),
        List.of(ODDER, "-0.0", "5", "10"));
  }

  @Test
  void theSameRowsAreTheSameDataSet() throws Exception {
    Dataset data = write(directory, rows()).load(CLASSES);
    assertBits(
        new float[] {0.1f, -300, 16777216, 1e-40f, 2, Float.MAX_VALUE, -0.0f, 5}, features(data));
    assertEquals(List.of("2", "9", "10"), data.labels().names());
    assertArrayEquals(new float[] {2, 1, 0, 2}, data.targets());
    DeviceId one = new DeviceId(ODD);
    DeviceId other = new DeviceId(ODDER);
    assertEquals(List.of(one, one, other, other), data.owners().orElseThrow());
    assertTrue(data.times().isEmpty());
  }

  @Test
  void readsNumbersToPredict() throws Exception {
    Dataset data = write(directory, rows()).load(CLASSES.withTask(TaskKind.REGRESSION));
    assertArrayEquals(new float[] {10, 9, 2, 10}, data.targets());
  }

  @Test
  void isReadBySchemaLikeTheExample() throws Exception {
    DataSource.Tabular source = write(directory, rows());
    Dataset raw = source.load(CLASSES);
    Standardisation scale = Standardisation.of(raw, new int[] {0, 1, 3});
    Dataset example = scale.apply(raw);
    DataSchema schema = source.schema(CLASSES, example, scale);
    assertEquals(List.of("x[0]", "x[1]"), schema.features());
    Dataset own = source.load(schema);
    assertBits(features(example), features(own));
    assertArrayEquals(example.targets(), own.targets());
    assertTrue(own.owners().isEmpty(), "whose rows they are is known");
  }

  @Test
  void aColumnThatIsNotThereIsNamed() throws Exception {
    DataSource.Tabular source = write(directory, rows());
    assertMistake(
        () -> source.load(CLASSES.withColumns("device", "time", "species")),
        "label column 'species' is not in '",
        "x[0], x[1]",
        "--label-column");
    assertMistake(
        () -> source.load(CLASSES.withColumns("who", "time", "label")), "device column 'who'");
  }

  @Test
  void whatIsNoNumberIsNamed() throws Exception {
    for (String wrong : List.of("", "abc", "1e39")) {
      List<List<String>> rows = new ArrayList<>(rows());
      rows.set(2, List.of(ODDER, "1", wrong, "2"));
      Path place = directory.resolve("wrong" + wrong);
      DataSource.Tabular source = write(place, rows);
      assertMistake(() -> source.load(CLASSES), "x[", wrong.equals("1e39") ? "32-bit" : "must be");
    }
  }

  @Test
  void aRowWithoutLabelAndATableWithoutRowsAreRefused() throws Exception {
    List<List<String>> rows = new ArrayList<>(rows());
    rows.set(1, List.of(ODD, "1", "2", ""));
    DataSource.Tabular unlabelled = write(directory.resolve("unlabelled"), rows);
    assertMistake(() -> unlabelled.load(CLASSES), "must ");
    DataSource.Tabular empty = write(directory.resolve("empty"), List.of());
    assertMistake(() -> empty.load(CLASSES), "must ");
  }

  @Test
  void namesItselfInItsNotation() throws Exception {
    DataSource.Tabular source = write(directory, rows());
    assertEquals(source, DataSource.parse(source.notation()));
    assertEquals(source.notation(), source.load(CLASSES).name());
  }

  /** A table as CSV. */
  protected static List<String> csv(List<String> columns, List<List<String>> rows) {
    List<String> lines = new ArrayList<>(List.of(String.join(",", columns)));
    for (List<String> row : rows) {
      lines.add(
          String.join(
              ",", row.stream().map(value -> "\"" + value.replace("\"", "\"\"") + "\"").toList()));
    }
    return lines;
  }

  private static float[] features(Dataset data) {
    return ((FeatureTable.Floats) data.features()).values();
  }

  /** Also tells 0 from −0. */
  private static void assertBits(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(expected[i]),
          Float.floatToRawIntBits(actual[i]),
          expected[i] + " is not " + actual[i]);
    }
  }
}
