package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.Standardisation;
import dev.kula.data.source.ReadOptions.TaskKind;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSchemaTest {
  private static final ReadOptions CLASSES = ReadOptions.defaults();
  private static final String EXAMPLE = "x,time,label,y\n1,1,2,10\n3,2,10,30\n5,3,1,50\n";

  @TempDir Path directory;

  @Test
  void anExampleSaysHowOthersReadTheirTables() throws IOException {
    DataSchema schema = schema(EXAMPLE, CLASSES);
    assertEquals(List.of("x", "y"), schema.features());
    assertEquals("label", schema.label());
    assertEquals(Optional.of("time"), schema.time());
    assertEquals(List.of("1", "2", "10"), schema.labels().names());
    assertEquals(InputShape.vector(2), schema.input());

    // Other order, a column more, one label only, and one that is written otherwise.
    Dataset own = read("label,y,note,x,time\n10.0,30,hello,3,7\n10,70,again,1,8\n", schema);
    assertEquals(new Task.Classification(3), own.task());
    assertEquals(schema.labels(), own.labels());
    assertArrayEquals(new float[] {2, 2}, own.targets());
    assertArrayEquals(new double[] {7, 8}, own.times().orElseThrow());
    float sd = (float) Math.sqrt(8 / 3.0);
    assertArrayEquals(
        new float[] {0, 0, -2 / sd, 4 / sd},
        ((FeatureTable.Floats) own.features()).values(),
        1e-6f);
  }

  @Test
  void whatADeviceReadsOfTheExampleIsTheExample() throws IOException {
    for (ReadOptions options : List.of(CLASSES, CLASSES.withTask(TaskKind.REGRESSION))) {
      Dataset example = scaled(EXAMPLE, options);
      Dataset own = read(EXAMPLE, schema(EXAMPLE, options));
      assertEquals(example.labels(), own.labels());
      assertEquals(example.task(), own.task());
      assertArrayEquals(example.targets(), own.targets());
      assertArrayEquals(
          ((FeatureTable.Floats) example.features()).values(),
          ((FeatureTable.Floats) own.features()).values());
    }
  }

  @Test
  void refusesATableThatIsNotAsTheSchemaSays() throws IOException {
    DataSchema schema = schema(EXAMPLE, CLASSES);
    assertMistake(
        () -> read("label,x,time\n1,2,3\n", schema),
        "column 'y' of the fleet's schema is not in",
        "label, x, time",
        "add it");
    assertMistake(() -> read("label,x,y\n1,2,3\n", schema), "column 'time'");
    assertMistake(() -> read("x,y,time\n1,2,3\n", schema), "column 'label'");
    assertMistake(
        () -> read("label,x,y,time\n2,1,1,1\n3,2,3,4\n", schema),
        "line 3, column 'label' is '3', must be a label of the fleet (1, 2, 10)");
    assertMistake(
        () -> read("label,x,y,time\ncat,2,3,4\n", schema), "column 'label' is 'cat', must be");
    assertMistake(() -> read("label,x,y,time\n2,NaN,3,4\n", schema), "column 'x' is 'NaN'");
  }

  @Test
  void aSchemaIsOfOnePiece() throws IOException {
    DataSchema schema = schema(EXAMPLE, CLASSES);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new DataSchema(
                List.of("x", "x"),
                "label",
                Optional.empty(),
                schema.task(),
                schema.labels(),
                schema.standardisation()));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new DataSchema(
                List.of("x"),
                "label",
                Optional.empty(),
                schema.task(),
                schema.labels(),
                schema.standardisation()));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new DataSchema(
                List.of("x", "y"),
                "label",
                Optional.empty(),
                new Task.Regression(),
                LabelSpace.classes(List.of("a", "b")),
                schema.standardisation()));
  }

  private DataSchema schema(String example, ReadOptions options) throws IOException {
    DataSource.Csv source = new DataSource.Csv(file(example));
    Dataset raw = source.load(options);
    Standardisation scale = Standardisation.of(raw, IntStream.range(0, raw.size()).toArray());
    return source.schema(options, scale.apply(raw), scale);
  }

  private Dataset scaled(String example, ReadOptions options) throws IOException {
    Dataset raw = new DataSource.Csv(file(example)).load(options);
    return Standardisation.of(raw, IntStream.range(0, raw.size()).toArray()).apply(raw);
  }

  private Dataset read(String content, DataSchema schema) throws IOException {
    return new DataSource.Csv(file(content)).load(schema);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "table", ".csv"), content);
  }
}
