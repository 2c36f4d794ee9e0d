package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.source.ReadOptions.TaskKind;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTableTest {
  private static final ReadOptions CLASSES = ReadOptions.defaults();
  private static final ReadOptions NUMBERS = CLASSES.withTask(TaskKind.REGRESSION);

  @TempDir Path directory;

  @Test
  void readsAllKindsOfColumns() throws IOException {
    Dataset data =
        read(
            CLASSES,
            "\uFEFFdevice,x,time,label,\"y, quoted\"\n"
                + "b,1.5,2024-02-01,cat,-3e2\n"
                + "\n"
                + "a, 2 ,2024-01-31T12:00:00Z,\"a \"\"dog\"\"\",4\n");
    assertEquals(InputShape.vector(2), data.input());
    assertEquals(new Task.Classification(2), data.task());
    assertArrayEquals(
        new float[] {1.5f, -300, 2, 4}, ((FeatureTable.Floats) data.features()).values());
    assertEquals(List.of("a \"dog\"", "cat"), data.labels().names());
    assertArrayEquals(new float[] {1, 0}, data.targets());
    assertEquals(List.of(new DeviceId("b"), new DeviceId("a")), data.owners().orElseThrow());
    assertArrayEquals(new double[] {1706745600, 1706702400}, data.times().orElseThrow());
  }

  @Test
  void readsGzipWhateverItsName() throws IOException {
    Path file = directory.resolve("zipped.csv");
    Files.write(file, gzip("x,label\n1,a\n2,b\n"));
    assertEquals(2, new DataSource.Csv(file).load(CLASSES).size());
  }

  @Test
  void deviceAndTimeMayBeAbsentAndNamesMayDiffer() throws IOException {
    Dataset plain = read(CLASSES, "x,label\n1,a\n2,b\n");
    assertTrue(plain.owners().isEmpty());
    assertTrue(plain.times().isEmpty());
    Dataset named =
        read(
            CLASSES.withColumns("who", "when", "what"),
            "what,x,when,who,device\n0,1,5,p,3\n1,2,6.5,q,4\n");
    assertEquals(InputShape.vector(2), named.input());
    assertArrayEquals(new double[] {5, 6.5}, named.times().orElseThrow());
  }

  @Test
  void ordersNumericClassesByValueAndJoinsEqualOnes() throws IOException {
    Dataset data = read(CLASSES, "x,label\n1,10\n1,9.0\n1,2\n1,9\n");
    assertEquals(List.of("2", "9", "10"), data.labels().names());
    assertArrayEquals(new float[] {2, 1, 0, 1}, data.targets());
    assertEquals(
        List.of("10", "9", "b"), read(CLASSES, "x,label\n1,b\n1,9\n1,10\n").labels().names());
  }

  @Test
  void readsRegressionTargets() throws IOException {
    Dataset data = read(NUMBERS, "x,label\n1,10\n1,-2.5\n1,10\n");
    assertEquals(new Task.Regression(), data.task());
    assertArrayEquals(new float[] {10, -2.5f, 10}, data.targets());
    assertMistake(
        () -> read(NUMBERS, "x,label\n1,1\n2,cat\n"),
        "line 3, column 'label' is 'cat'",
        "must be a number");
  }

  @ParameterizedTest
  @CsvSource({
    "2024-01-01T00:00:00.5, 1704067200.5",
    "2024-01-01 00:00:00, 1704067200",
    "2024-01-01T02:00+02:00, 1704067200",
    "2023-12-31T22:00:00-02:00, 1704067200",
    "1969-12-31, -86400",
    "-7.25, -7.25",
  })
  void readsTimes(String text, double expected) throws IOException {
    Dataset data = read(CLASSES, "time,x,label\n" + text + ",1,a\n" + text + ",1,b\n");
    assertEquals(expected, data.times().orElseThrow()[0], 1e-6);
  }

  @Test
  void refusesTimesThatAreNoneOrMixed() {
    assertMistake(
        () -> read(CLASSES, "time,x,label\nnoon,1,a\n"),
        "line 2, column 'time' is 'noon'",
        "ISO 8601");
    assertMistake(
        () -> read(CLASSES, "time,x,label\n2024-02-30,1,a\n"), "column 'time' is '2024-02-30'");
    assertMistake(
        () -> read(CLASSES, "time,x,label\n2024-02-01,1,a\n5,1,b\n"), "line 3", "above it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-inf", "NA", "null", "?"})
  void refusesWhatIsNoFiniteNumber(String value) {
    assertMistake(
        () -> read(CLASSES, "x,y,label\n1,2,a\n1," + value + ",b\n"),
        "data.csv' line 3, column 'y' is '" + value + "'",
        "must be a finite number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "1f", "0x1p3", "1,5", "--1", "1 2", "٣"})
  void refusesTextInANumberColumn(String value) {
    assertMistake(
        () -> read(CLASSES, "x,y,label\n1,2,a\n\n1,\"" + value + "\",b\n"),
        "data.csv' line 4, column 'y' is '" + value + "'",
        "must be a number");
  }

  @Test
  void refusesMissingValuesAndThoseTooLarge() {
    assertMistake(
        () -> read(CLASSES, "x,y,label\n1,,a\n"), "line 2, column 'y' is empty", "remove the row");
    assertMistake(() -> read(CLASSES, "x,label\n1, \n"), "line 2, column 'label' is empty");
    assertMistake(
        () -> read(CLASSES, "device,x,label\n,1,a\n"), "line 2, column 'device' is empty");
    assertMistake(() -> read(CLASSES, "time,x,label\n,1,a\n"), "line 2, column 'time' is empty");
    assertMistake(() -> read(CLASSES, "x,label\n1e39,a\n"), "'1e39'", "32-bit");
    assertMistake(() -> read(CLASSES, "x,label\n1e999,a\n"), "'1e999'", "must be a number");
  }

  @Test
  void refusesRaggedRows() {
    assertMistake(() -> read(CLASSES, "x,y,label\n1,2,a\n1,2\n"), "line 3 has 2 values", "3");
    assertMistake(() -> read(CLASSES, "x,label\n1,2,a\n"), "line 2 has 3 values", "must have 2");
  }

  @Test
  void refusesHeadersThatCannotBe() {
    assertMistake(() -> read(CLASSES, "x,y\n1,2\n"), "label column 'label' is not in", "x, y");
    assertMistake(() -> read(CLASSES, "x,label,x\n1,a,2\n"), "column 'x' stands there twice");
    assertMistake(() -> read(CLASSES, "x,,label\n1,2,a\n"), "column 2 has no name");
    assertMistake(() -> read(CLASSES, "device,label\nd,a\n"), "numeric feature");
    assertMistake(() -> read(CLASSES, "x;label\n1;a\n"), "'x;label'", "between commas");
    assertMistake(
        () -> read(CLASSES.withColumns("who", "time", "label"), "x,label\n1,a\n"),
        "device column 'who'",
        "--device-column");
    assertMistake(
        () -> read(CLASSES.withColumns("device", "when", "label"), "x,label\n1,a\n"),
        "time column 'when'",
        "--time-column");
  }

  @Test
  void refusesFilesWithoutData() {
    assertMistake(() -> read(CLASSES, ""), "is empty");
    assertMistake(() -> read(CLASSES, "x,label\n"), "no rows");
    assertMistake(
        () -> new DataSource.Csv(directory.resolve("absent.csv")).load(CLASSES),
        "absent.csv' does not exist");
    assertMistake(() -> new DataSource.Csv(directory).load(CLASSES), "is not a file");
  }

  @Test
  void refusesClassesThatAreTooFewOrTooMany() {
    assertMistake(() -> read(CLASSES, "x,label\n1,a\n2,a\n"), "one class only, 'a'");
    StringBuilder many = new StringBuilder("x,label\n");
    for (int i = 0; i < 1001; i++) {
      many.append("1,").append(i * 0.5).append('\n');
    }
    assertMistake(() -> read(CLASSES, many.toString()), "1001 different", "--task regression");
  }

  @Test
  void refusesBytesThatAreNotCsv() throws IOException {
    Path file = directory.resolve("bytes.csv");
    Files.write(file, "x,label\n1,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertMistake(() -> new DataSource.Csv(file).load(CLASSES), "not UTF-8");
    assertMistake(() -> read(CLASSES, "x,label\n1,a\n2,\"b\n3,c\n"), "not CSV", "quotes");
    byte[] zipped = gzip("x,label\n1,a\n2,b\n");
    for (int length = 2; length < zipped.length; length++) {
      Files.write(file, Arrays.copyOf(zipped, length));
      assertMistake(() -> new DataSource.Csv(file).load(CLASSES), "ends too early");
    }
  }

  private Dataset read(ReadOptions options, String content) throws IOException {
    Path file = directory.resolve("data.csv");
    Files.writeString(file, content);
    return new DataSource.Csv(file).load(options);
  }

  private static byte[] gzip(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zipped = new GZIPOutputStream(bytes)) {
      zipped.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
