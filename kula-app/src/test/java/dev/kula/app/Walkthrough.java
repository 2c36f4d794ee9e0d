package dev.kula.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
 * <p>The {@code kula} script is the real one; it runs what the tests run, and builds nothing.
 * Java's own tools on the path are those of the JDK that runs the tests.
 */
final class Walkthrough implements AutoCloseable {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FENCE =
      Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$", Pattern.UNIX_LINES);
  private static final Pattern FILE =
      Pattern.compile("\\A(?://|#|<!--) ([\\w/-]+\\.\\w+)(?: -->)?\\n");
  private static final Pattern JAVA_MISTAKE = Pattern.compile("(?m)^(\\|  )?(Error:|Exception )");
  private static final int SECONDS = 300;

  private final Path document;
  private final Path directory;
  private final Session bash;
  private Optional<Session> jshell = Optional.empty();

  private record Block(String language, String text, int line) {}

  private Walkthrough(Path document, Path directory) throws IOException {
    this.document = document;
    this.directory = directory;
    for (String name : List.of("kula", "examples", "scripts")) {
      Files.createSymbolicLink(directory.resolve(name), ROOT.resolve(name));
    }
    this.bash = new Session(directory, "bash", "--noprofile", "--norc", "-eu", "-o", "pipefail");
  }

  /**
   * Does all that a document says.
   *
   * @param directory empty
   * @throws AssertionError naming the document and the line, if a command fails or prints something
   *     else
   */
  static void run(Path document, Path directory) throws IOException {
    List<Block> blocks = blocks(Files.readString(document));
    try (Walkthrough walkthrough = new Walkthrough(document, directory)) {
      String printed = "";
      for (Block block : blocks) {
        if (block.language.equals("text")) {
          walkthrough.compare(block, printed);
        } else {
          printed = walkthrough.run(block);
        }
      }
    }
  }

  private static List<Block> blocks(String markdown) {
    List<Block> blocks = new ArrayList<>();
    Matcher fence = FENCE.matcher(markdown);
    while (fence.find()) {
      int line = 1 + (int) markdown.substring(0, fence.start()).lines().count();
      blocks.add(new Block(fence.group(1), fence.group(2), line));
    }
    return blocks;
  }

  /** What the block printed. */
  private String run(Block block) throws IOException {
    Matcher file = FILE.matcher(block.text);
    if (block.language.equals("sh")) {
      Path script = Files.writeString(Files.createTempFile("block", ".sh"), block.text);
      try {
        // From a file, so that a command that reads its input does not read the next block.
        return bash.run(". %s </dev/null".formatted(script), "printf '%%s\\n' %s")
            .orElseThrow(() -> failure(block, "failed", bash.printed()));
      } finally {
        Files.delete(script);
      }
    }
    if (file.find()) {
      Path written = directory.resolve(file.group(1));
      Files.createDirectories(written.getParent());
      Files.writeString(written, block.text);
      return "";
    }
    if (!block.language.equals("java")) {
      return "";
    }
    if (jshell.isEmpty()) {
      // With preferences of its own, in a place that is there, so that Java does not tell of it.
      Files.createDirectories(directory.resolve(".java/.userPrefs"));
      String preferences = "-J-Djava.util.prefs.userRoot=" + directory;
      jshell = Optional.of(new Session(directory, "./kula", "jshell", preferences, "-s", "-"));
    }
    Session java = jshell.get();
    String printed =
        java.run(block.text, "System.out.println(\"%s\")")
            .orElseThrow(() -> failure(block, "ended jshell", java.printed()));
    if (JAVA_MISTAKE.matcher(printed).find()) {
      throw failure(block, "failed", printed);
    }
    return printed;
  }

  private void compare(Block expected, String printed) {
    if (!matches(expected.text, printed)) {
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
            .formatted(ROOT.relativize(document), block.line, what, block.text, printed));
  }

  @Override
  public void close() {
    bash.close();
    jshell.ifPresent(Session::close);
  }

  /** A process that is told one thing after another and says when it has done each. */
  private static final class Session implements AutoCloseable {
    private final Process process;
    private final Writer in;
    private final BufferedReader out;
    private final StringBuilder printed = new StringBuilder();

    Session(Path directory, String... command) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
      builder
          .environment()
          .put(
              "KULA_BUILT",
              System.getProperty(
                  "surefire.test.class.path", System.getProperty("java.class.path")));
      String java = System.getProperty("java.home");
      builder.environment().put("KULA_JAVA_HOME", java);
      builder.environment().merge("PATH", java + "/bin", (path, bin) -> bin + ":" + path);
      process = builder.start();
      in = process.outputWriter(StandardCharsets.UTF_8);
      out = process.inputReader(StandardCharsets.UTF_8);
      // Ends a document that hangs: whoever reads from the process then sees its end.
      Thread.ofVirtual().start(this::endInTime);
    }

    private void endInTime() {
      try {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          close();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /**
     * What it prints until it has done {@code text}; empty if it ends before.
     *
     * @param echo a command that prints its argument on a line of its own
     */
    Optional<String> run(String text, String echo) throws IOException {
      String mark = "done-" + UUID.randomUUID();
      printed.setLength(0);
      in.write(text + "\n" + echo.formatted(mark) + "\n");
      in.flush();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.endsWith(mark)) { // what was printed last may lack a line break
          printed.append(line, 0, line.length() - mark.length());
          return Optional.of(printed.toString());
        }
        printed.append(line).append('\n');
      }
      return Optional.empty();
    }

    /** What it printed in the last {@link #run}. */
    String printed() {
      return printed.toString();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
