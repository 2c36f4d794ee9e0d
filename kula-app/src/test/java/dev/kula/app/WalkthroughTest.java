package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What documents tell a reader to type works, and prints what they say. */
final class WalkthroughTest {
  private static final Path DOCUMENTS = Path.of("..", "docs").toAbsolutePath().normalize();

  /** A document with this line is one to follow. */
  private static final String MARK = "<!-- walkthrough -->";

  @TempDir Path directory;
  @TempDir Path place;

  static List<Path> walkthroughs() throws IOException {
    try (Stream<Path> files = Files.walk(DOCUMENTS)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(WalkthroughTest::isMarked)
          .sorted()
          .toList();
    }
  }

  private static boolean isMarked(Path file) {
    try {
      return Files.readString(file).lines().anyMatch(MARK::equals);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("walkthroughs")
  void aDocumentCanBeFollowed(Path document) throws IOException {
    Walkthrough.run(document, directory);
    try (Stream<Path> left = Files.list(directory)) {
      assertTrue(left.findAny().isPresent());
    }
  }

  @Test
  void blocksRunInOneShellInOrder() throws IOException {
    Walkthrough.run(
        document(
            """
            ```sh
            name=Kula
            ```
            ```yaml
            # run.yaml
            rounds: 3
            ```
            ```console
            false
            ```
            ```sh
            echo "$name   has $(grep rounds run.yaml)"; cat
            printf 'a\\nb\\nc' >&2
            ```
            ```text
            … has rounds:  3
            …
            c
            ```
            """),
        directory);
    assertEquals("# run.yaml\nrounds: 3\n", Files.readString(directory.resolve("run.yaml")));
  }

  @Test
  void aCommandThatFailsEndsTheDocument() throws IOException {
    Path document = document("# Title\n\n```sh\nls missing\necho on\n```\n");
    String why =
        assertThrows(AssertionError.class, () -> Walkthrough.run(document, directory)).toString();
    assertTrue(why.contains("line 3: this block failed"), why);
    assertFalse(why.contains("\non\n"), why);
  }

  @Test
  void theScriptNamesAPluginThatIsMissing() throws IOException {
    Walkthrough.run(
        document(
            """
            ```sh
            touch there.jar
            KULA_PLUGINS=there.jar:missing.jar ./kula data || echo "exit code $?"
            ```
            ```text
            kula: KULA_PLUGINS names 'missing.jar', must be jars and folders of classes that are …
            exit code 2
            ```
            """),
        directory);
    assertTrue(Files.exists(directory.resolve("there.jar")));
  }

  @Test
  void somethingElsePrintedEndsTheDocument() throws IOException {
    Path document = document("```sh\necho 1\n```\n\n```text\n2\n```\n");
    String why =
        assertThrows(AssertionError.class, () -> Walkthrough.run(document, directory)).toString();
    assertTrue(why.contains("line 5: this block is not what was printed"), why);
  }

  @Test
  void dotsStandForAnythingAndBlanksForBlanks() {
    assertTrue(Walkthrough.matches("a … c\n", "\n a  b b   c \n\n"));
    assertTrue(Walkthrough.matches("a\n…\nd\n", "a\nb\nc\nd\n"));
    assertTrue(Walkthrough.matches("a\n…\n", "a\n"));
    assertFalse(Walkthrough.matches("a … c\n", "a b\n c\n"), "within a line");
    assertFalse(Walkthrough.matches("a\n", "a\nb\n"), "more than was said");
    assertFalse(Walkthrough.matches("a.c\n", "abc\n"), "no other patterns");
  }

  private Path document(String text) throws IOException {
    return Files.writeString(place.resolve("document.md"), text);
  }
}
