package dev.kula.app;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Does what a Markdown document says, from its first fenced block to its last, in a directory in
 * which {@code kula}, {@code examples} and {@code scripts} are those of the repository:
 *
 * <ul>
 *   <li>An {@code sh} block runs in the one bash of the document, with {@code set -eu -o pipefail}.
 *   <li>A {@code java} block is typed into the one {@code ./kula jshell} of the document.
 *   <li>A block of any language but {@code sh} and {@code text} whose first line is a comment that
 *       is a file's name, such as {@code // Mine.java} or {@code # run.yaml}, becomes that file.
 *   <li>A {@code text} block is what the block before it must have printed, on both streams. A line
 *       {@code …} stands for any number of lines, {@code …} within a line for any text, and any
 *       number of blanks for any other. Blank lines at the ends do not count.
 *   <li>Other languages, such as {@code console}, are there to be read.
 * </ul>
 *
 * <p>Ports of {@code 127.0.0.1} are replaced throughout by free ones, so that documents can be
 * followed at once, and beside whatever has theirs.
 */
final class Walkthrough implements AutoCloseable {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FILE =
      Pattern.compile("\\A(?://|#|<!--) ([\\w/-]+\\.\\w+)(?: -->)?\\n");
  private static final Pattern JAVA_MISTAKE = Pattern.compile("(?m)^(\\|  )?(Error:|Exception )");

  private static final Pattern PORT = Pattern.compile("(?<=127\\.0\\.0\\.1(?::|\", ))\\d{4,5}");

  private final Path document;
  private final Path directory;
  private final Session bash;
  private Optional<Session> jshell = Optional.empty();

  private Walkthrough(Path document, Path directory) throws IOException {
    this.document = document;
    this.directory = directory;
    for (String name : List.of("kula", "examples", "scripts")) {
      Files.createSymbolicLink(directory.resolve(name), ROOT.resolve(name));
    }
    this.bash = Session.bash(directory, Map.of());
  }

  /**
   * Does all that a document says.
   *
   * @param directory empty
   * @throws AssertionError naming the document and the line, if a command fails or prints something
   *     else
   */
  static void run(Path document, Path directory) throws IOException {
    List<Block> blocks = Block.of(withFreePorts(Files.readString(document)));
    try (Walkthrough walkthrough = new Walkthrough(document, directory)) {
      String printed = "";
      for (Block block : blocks) {
        if (block.language().equals("text")) {
          walkthrough.compare(block, printed);
        } else {
          printed = walkthrough.run(block);
        }
      }
    }
  }

  private static String withFreePorts(String markdown) throws IOException {
    List<String> ports =
        PORT.matcher(markdown).results().map(MatchResult::group).distinct().toList();
    List<ServerSocket> held = new ArrayList<>(); // all at once, or one would be given twice
    try {
      Map<String, String> free = new HashMap<>();
      for (String port : ports) {
        ServerSocket socket = new ServerSocket(0);
        held.add(socket);
        free.put(port, Integer.toString(socket.getLocalPort()));
      }
      return PORT.matcher(markdown).replaceAll(port -> free.get(port.group()));
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  /** What the block printed. */
  private String run(Block block) throws IOException {
    Matcher file = FILE.matcher(block.text());
    if (block.language().equals("sh")) {
      return bash.runScript(block.text())
          .orElseThrow(() -> failure(block, "failed", bash.printed()));
    }
    if (file.find()) {
      Path written = directory.resolve(file.group(1));
      Files.createDirectories(written.getParent());
      Files.writeString(written, block.text());
      return "";
    }
    if (!block.language().equals("java")) {
      return "";
    }
    if (jshell.isEmpty()) {
      // With preferences of its own, in a place that is there, so that Java does not tell of it.
      Files.createDirectories(directory.resolve(".java/.userPrefs"));
      String preferences = "-J-Djava.util.prefs.userRoot=" + directory;
      jshell =
          Optional.of(new Session(directory, Map.of(), "./kula", "jshell", preferences, "-s", "-"));
    }
    Session java = jshell.get();
    String printed =
        java.run(block.text(), "System.out.println(\"%s\")")
            .orElseThrow(() -> failure(block, "ended jshell", java.printed()));
    if (JAVA_MISTAKE.matcher(printed).find()) {
      throw failure(block, "failed", printed);
    }
    return printed;
  }

  private void compare(Block expected, String printed) {
    if (!matches(expected.text(), printed)) {
      throw failure(expected, "is not what was printed", printed);
    }
  }

  /** Whether a {@code text} block allows for this. */
  static boolean matches(String expected, String printed) {
    String pattern =
        lines(expected).stream()
            .map(
                line ->
                    line.equals("…")
                        ? "(?:.*\\n)*?"
                        : Pattern.compile("…")
                            .splitAsStream(line + "\n")
                            .map(Pattern::quote)
                            .collect(Collectors.joining(".*?")))
            .collect(Collectors.joining());
    String text = lines(printed).stream().map(line -> line + "\n").collect(Collectors.joining());
    return Pattern.compile(pattern, Pattern.UNIX_LINES).matcher(text).matches();
  }

  private static List<String> lines(String text) {
    return text.strip().lines().map(line -> line.strip().replaceAll("\\s+", " ")).toList();
  }

  private AssertionError failure(Block block, String what, String printed) {
    return new AssertionError(
        "%s, line %d: this block %s:%n%s%nprinted:%n%s"
            .formatted(ROOT.relativize(document), block.line(), what, block.text(), printed));
  }

  @Override
  public void close() {
    bash.close();
    jshell.ifPresent(Session::close);
  }
}
