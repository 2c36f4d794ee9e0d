package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command lines in documents name commands and flags that there are. */
final class CommandLinesTest {
  /** Why {@link ConsoleTest} leaves out a block; CONTRIBUTING.md has the list, too. */
  private static final Set<String> ONLY_READ =
      Set.of(
          "several machines",
          "an optional module",
          "data from elsewhere",
          "something to fill in",
          "hours or a large machine",
          "a release");

  static List<Path> documents() throws IOException {
    return DocumentsTest.documents();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyCommandAndFlagIsThere(Path document) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (List<String> call : CommandLines.of(Files.readString(document))) {
      List<String> unknown = CommandLines.unknown(call);
      if (!unknown.isEmpty()) {
        wrong.add("kula %s: there is no %s".formatted(String.join(" ", call), unknown));
      }
    }
    assertEquals(List.of(), wrong, () -> "in " + document);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void whatIsNotFollowedIsNotMarkedAsIfItWere(Path document) throws IOException {
    String text = Files.readString(document);
    assertTrue(
        text.lines().noneMatch("```sh"::equals)
            || text.lines().anyMatch("<!-- walkthrough -->"::equals),
        () ->
            document
                + " has a block of sh that no test runs; make the document one to follow"
                + " (CONTRIBUTING.md), or the block one of console");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void whatIsOnlyReadSaysWhy(Path document) throws IOException {
    for (Block block : Block.of(Files.readString(document))) {
      assertTrue(
          ONLY_READ.containsAll(block.onlyRead().stream().toList()),
          () -> "%s, line %d: must be of %s".formatted(document, block.line(), ONLY_READ));
    }
  }

  @Test
  void callsAreFoundInBlocksAndSpans() {
    String document =
        """
        Try `./kula data --devices 3` or `kula COMMAND --help`, not `kula:monitor`.

        ```console
        tables=examples  # ./kula nothing
        for d in a b; do KULA_TOKEN=$(./kula pki token --name $d) ./kula pki \\
          enrol --name "$d" 2> log.txt & done
        kula simulate … [--batch 10 | --fine] > out
        ```
        ```text
        kula: not a command
        ```
        """;
    assertEquals(
        List.of(
            List.of("pki", "token", "--name", "$d"),
            List.of("simulate", "…", "--batch", "10"),
            List.of("data", "--devices", "3"),
            List.of("COMMAND", "--help")),
        CommandLines.of(document).stream().filter(call -> !call.contains("enrol")).toList());
  }

  @Test
  void slipsAreFound() {
    assertEquals(List.of("--divices"), CommandLines.unknown(List.of("data", "--divices")));
    assertEquals(List.of("simulat"), CommandLines.unknown(List.of("simulat")));
    assertEquals(List.of(), CommandLines.unknown(List.of("simulate", "--lr", "0.1", "--watch")));
    assertEquals(
        List.of("--nam"),
        CommandLines.unknown(List.of("pki", "issue", "--nam", "--role", "device")));
  }
}
