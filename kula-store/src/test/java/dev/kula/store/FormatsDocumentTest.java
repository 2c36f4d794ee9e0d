package dev.kula.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.store.table.Column;
import dev.kula.store.table.RunTable;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/formats.md} describes each record in a section of its name, a row a component. */
class FormatsDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "formats.md");
  private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

  static Stream<Class<?>> records() {
    Set<Class<?>> records = new LinkedHashSet<>();
    collect(RunSummary.class, records);
    collect(RoundRecord.class, records);
    records.add(ModelCard.class);
    records.add(ModelCard.AffineMap.class);
    for (Class<?> event : RunEvent.class.getPermittedSubclasses()) {
      collect(event, records);
    }
    return records.stream();
  }

  private static void collect(Type type, Set<Class<?>> records) {
    if (type instanceof ParameterizedType parameterized) {
      for (Type argument : parameterized.getActualTypeArguments()) {
        collect(argument, records);
      }
    } else if (type instanceof Class<?> raw && raw.isRecord() && records.add(raw)) {
      for (RecordComponent component : raw.getRecordComponents()) {
        collect(component.getGenericType(), records);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void everyComponentHasItsRowInOrder(Class<?> type) throws IOException {
    String document = Files.readString(DOCUMENT);
    int start = document.indexOf("\n### " + type.getSimpleName() + "\n");
    assertTrue(start >= 0, "docs/formats.md lacks a section ### " + type.getSimpleName());
    int end = document.indexOf("\n#", start + 5);
    List<String> rows = new ArrayList<>();
    ROW.matcher(document.substring(start, end < 0 ? document.length() : end))
        .results()
        .forEach(row -> rows.add(row.group(1)));
    assertEquals(
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList(), rows);
  }

  @ParameterizedTest
  @EnumSource(RunTable.class)
  void everyColumnOfATableIsNamedInOrder(RunTable table) throws IOException {
    String start = "| `%s` | ".formatted(table.title());
    String document = Files.readString(DOCUMENT);
    String row =
        document
            .substring(document.indexOf("\n## Results as tables\n"))
            .lines()
            .filter(line -> line.startsWith(start))
            .findFirst()
            .orElseThrow(() -> new AssertionError("docs/formats.md lacks a row of " + table));
    List<String> columns = new ArrayList<>(List.of("run"));
    Pattern.compile("`(\\w+)`")
        .matcher(row.substring(row.lastIndexOf("| `") + 1))
        .results()
        .forEach(column -> columns.add(column.group(1)));
    assertEquals(table.columns().stream().map(Column::name).toList(), columns);
  }

  @Test
  void theDocumentNamesTheVersionsThatAreWritten() throws IOException {
    String document = Files.readString(DOCUMENT);
    assertTrue(
        document.contains(
            "`summary.json` | the result, schema version " + RunSummary.SCHEMA_VERSION));
    assertTrue(document.contains("| format version, " + Checkpoints.FORMAT_VERSION + " |"));
  }
}
