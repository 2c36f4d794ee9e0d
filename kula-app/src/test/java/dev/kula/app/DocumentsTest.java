package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents say what the code does, point to what is there, and name no machine's paths. */
final class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path DECISIONS = ROOT.resolve("docs/decisions");

  /** Where nobody writes documents: what builds and runs leave behind. */
  private static final Set<String> GENERATED = Set.of("target", "runs", "data", ".git", ".idea");

  /** A picture of a run: the text beside it stands without. */
  private static final Set<Path> OPTIONAL = Set.of(ROOT.resolve("docs/images/report.png"));

  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("^(https?:|mailto:|#).*");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.])(/(work|root|home|tmp|Users)/|[A-Z]:\\\\)");

  static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return GENERATED.contains(name(folder))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (name(file).endsWith(".md") || file.equals(ROOT.resolve("NOTICE"))) {
              documents.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return documents.stream().sorted().toList();
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  @ParameterizedTest
  @EnumSource(Flag.class)
  void readmeListsEveryFlagWithItsDefault(Flag flag) throws IOException {
    String normal =
        flag == Flag.THREADS
            ? "one a core"
            : flag.defaultText().map(text -> "`" + text + "`").orElse("–");
    String row =
        "| `%s %s` | %s | %s |"
            .formatted(flag.option(), flag.valueLabel(), normal, flag.description());
    List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
    assertTrue(lines.contains(row), () -> "README.md lacks this row:\n" + row);
  }

  @Test
  void readmeListsEveryMethod() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    List<String> absent =
        Method.keys().stream().filter(key -> !readme.contains("\n| `" + key + "` |")).toList();
    assertEquals(List.of(), absent, "README.md lacks rows of methods");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Path document) throws IOException {
    List<String> broken = new ArrayList<>();
    for (String link : links(document)) {
      Path target = document.resolveSibling(link.replaceFirst("#.*", "")).normalize();
      if (!Files.exists(target) && !OPTIONAL.contains(target)) {
        broken.add(link);
      }
    }
    assertEquals(List.of(), broken, () -> "links of " + ROOT.relativize(document));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void anchorsAreHeadings(Path document) throws IOException {
    List<String> broken = new ArrayList<>();
    String prose = CODE.matcher(Files.readString(document)).replaceAll("");
    for (MatchResult link : LINK.matcher(prose).results().toList()) {
      String[] parts = link.group(1).split("#", 2);
      boolean here = link.group(1).startsWith("#");
      if (parts.length == 2 && (here || !ELSEWHERE.matcher(link.group(1)).matches())) {
        Path target = here ? document : document.resolveSibling(parts[0]).normalize();
        if (name(target).endsWith(".md") && !anchors(target).contains(parts[1])) {
          broken.add(link.group(1));
        }
      }
    }
    assertEquals(List.of(), broken, () -> "anchors in links of " + ROOT.relativize(document));
  }

  /** The anchors of a document's headings, as GitHub makes them. */
  private static Set<String> anchors(Path document) throws IOException {
    String text = Files.readString(document).replaceAll("(?ms)^```.*?^```", "");
    return HEADING
        .matcher(text)
        .results()
        .map(heading -> heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1"))
        .map(title -> title.strip().toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void anchorsAreThoseOfHeadings() throws IOException {
    Set<String> anchors = anchors(ROOT.resolve("docs/results.md"));
    assertTrue(anchors.contains("what-noise-costs"), () -> "found only " + anchors);
  }

  @Test
  void linksAreFound() throws IOException {
    List<String> links = links(ROOT.resolve("README.md"));
    assertTrue(
        links.containsAll(List.of("docs/results.md", "docs/architecture.md", "LICENSE")),
        () -> "found only " + links);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void noDocumentNamesAPathOfAMachine(Path document) throws IOException {
    List<String> named =
        Files.readAllLines(document).stream()
            .filter(line -> MACHINE_PATH.matcher(line).find())
            .toList();
    assertEquals(List.of(), named, () -> "in " + ROOT.relativize(document));
  }

  @Test
  void everyDecisionIsListedAndHasItsParts() throws IOException {
    String list = Files.readString(DECISIONS.resolve("README.md"));
    List<String> wrong = new ArrayList<>();
    int decisions = 0;
    try (Stream<Path> files = Files.list(DECISIONS)) {
      for (Path file : files.filter(f -> name(f).matches("\\d{4}-.*\\.md")).toList()) {
        decisions++;
        String text = Files.readString(file);
        boolean whole =
            Stream.of("Context", "Decision", "Measured", "Rejected")
                .allMatch(part -> text.contains("\n**" + part));
        boolean titled = text.startsWith("# " + name(file).substring(0, 4) + " ");
        if (!whole || !titled || !list.contains("(" + name(file) + ")")) {
          wrong.add(name(file));
        }
      }
    }
    assertTrue(decisions >= 13, "only " + decisions + " decisions");
    assertEquals(List.of(), wrong, "decisions without a part, their number or a line in the list");
  }

  /** Relative links; what looks like one in code is none. */
  private static List<String> links(Path document) throws IOException {
    String prose = CODE.matcher(Files.readString(document)).replaceAll("");
    return LINK.matcher(prose)
        .results()
        .map(link -> link.group(1))
        .filter(link -> !ELSEWHERE.matcher(link).matches())
        .toList();
  }
}
