package dev.kula.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.kula.wire.v1.EnrolRequest;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.Wire;
import dev.kula.wire.v1.WireSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/protocol.md} describes each message in a section of its name, a row a field. */
final class ProtocolDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "protocol.md");
  private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

  private static Stream<FileDescriptor> files() {
    return Stream.of(
        Hello.getDescriptor().getFile(),
        EnrolRequest.getDescriptor().getFile(),
        Wire.getDescriptor(),
        WireSettings.getDescriptor());
  }

  static Stream<Descriptor> messages() {
    return files().flatMap(file -> file.getMessageTypes().stream());
  }

  static Stream<EnumDescriptor> choices() {
    return files().flatMap(file -> file.getEnumTypes().stream());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyFieldHasItsRowInOrder(Descriptor message) throws IOException {
    assertEquals(
        message.getFields().stream().map(FieldDescriptor::getName).toList(),
        rows(message.getName()));
  }

  @ParameterizedTest
  @MethodSource("choices")
  void everyChoiceHasItsRowInOrder(EnumDescriptor choice) throws IOException {
    assertEquals(
        choice.getValues().stream().map(EnumValueDescriptor::getName).toList(),
        rows(choice.getName()));
  }

  private static List<String> rows(String section) throws IOException {
    String document = Files.readString(DOCUMENT);
    int start = document.indexOf("\n### " + section + "\n");
    assertTrue(start >= 0, "docs/protocol.md lacks a section ### " + section);
    int end = document.indexOf("\n#", start + 5);
    List<String> rows = new ArrayList<>();
    ROW.matcher(document.substring(start, end < 0 ? document.length() : end))
        .results()
        .forEach(row -> rows.add(row.group(1)));
    return rows;
  }
}
