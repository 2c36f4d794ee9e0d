package dev.kula.app.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/formats.md} describes what {@code kula diff --json} prints, a row a component. */
final class DiffDocumentTest {
  private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

  static Stream<Class<?>> records() {
    return Stream.concat(
        Stream.of(RunDiff.class),
        Stream.of(RunDiff.class.getDeclaredClasses()).filter(Class::isRecord));
  }

  @ParameterizedTest
  @MethodSource("records")
  void everyComponentHasItsRowInOrder(Class<?> type) throws IOException {
    String document = Files.readString(Path.of("..", "docs", "formats.md"));
    int start = document.indexOf("\n### " + type.getSimpleName() + "\n");
    List<String> rows =
        ROW.matcher(document.substring(start, document.indexOf("\n#", start + 5)))
            .results()
            .map(row -> row.group(1))
            .toList();
    assertEquals(
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList(), rows);
  }
}
