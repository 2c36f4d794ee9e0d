package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What documents show in blocks of {@code console} ends without a mistake. Each block runs as it
 * stands, in a directory in which {@code kula} makes runs small and the files and runs are that
 * documents speak of. Blocks without a call of kula are not run, and those that say why they are
 * there to be read.
 */
@Tag("slow")
final class ConsoleTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir static Path shared;
  @TempDir Path directory;

  static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    for (Path document : DocumentsTest.documents()) {
      if (!blocks(document).isEmpty()) {
        documents.add(document);
      }
    }
    return documents;
  }

  private static List<Block> blocks(Path document) throws IOException {
    return Block.of(Files.readString(document)).stream()
        .filter(block -> block.language().equals("console") && block.onlyRead().isEmpty())
        .filter(block -> !CommandLines.calls(block.text()).isEmpty())
        .toList();
  }

  @BeforeAll
  static void makeARun() {
    String command = "simulate --devices 10 --rounds 2 --keep-every 1 --model softmax --out";
    Shell.done((command + " " + run()).split(" "));
  }

  private static Path run() {
    return shared.resolve("run");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void commandsWork(Path document) throws IOException {
    prepare();
    List<String> wrong = new ArrayList<>();
    for (Block block : blocks(document)) {
      try (Session bash = Session.bash(directory, environment())) {
        // Of earlier blocks no run is left. What is in the background counts, too.
        String script =
            """
            rm -rf runs
            mkdir runs
            cp -r "$KULA_RUN" runs/20260101-120000
            %s
            for job in $(jobs -p); do wait $job; done
            """
                .formatted(sourcing(block.text()));
        if (bash.runScript(script).isEmpty()) {
          wrong.add("line %d:%n%s%s".formatted(block.line(), block.text(), bash.printed()));
        }
      }
    }
    assertEquals("", String.join("\n", wrong), () -> "in " + ROOT.relativize(document));
  }

  /** A shell does not hear that what it sources from ended with a mistake. */
  private static String sourcing(String text) {
    return text.replaceAll("source <\\(([^)]*)\\)", "$1 >sourced; source ./sourced");
  }

  private Map<String, String> environment() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return Map.of(
          "HOME", directory.toString(),
          "KULA_PORT", Integer.toString(free.getLocalPort()),
          "KULA_ROOT", ROOT.toString(),
          "KULA_RUN", run().toString(),
          "PATH", directory + ":" + System.getenv("PATH"));
    }
  }

  /** What documents take for granted. */
  private void prepare() throws IOException {
    try (InputStream script =
        Objects.requireNonNull(ConsoleTest.class.getResourceAsStream("small-kula"))) {
      Files.copy(script, directory.resolve("kula"));
    }
    Files.createSymbolicLink(directory.resolve("examples"), ROOT.resolve("examples"));
    Files.createDirectories(directory.resolve(".config/fish/completions"));
    for (String device : List.of("gateway-7", "gateway-8", "pump")) {
      write("devices/" + device + ".csv", table(1, "label", "speed", "heat"));
    }
    String table = table(6, "gateway", "device", "time", "activity", "label", "speed", "heat");
    write("readings.csv", table);
    write("power.csv", table);
    write("leaf/data/femnist/data/all_data.json", leaf());
    try (Session bash = Session.bash(directory, environment())) {
      String rest =
          """
          chmod +x kula
          gzip -k readings.csv
          """;
      assertTrue(bash.runScript(rest).isPresent(), bash::printed);
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Rows whose columns of that name say whose they are and when; labels go with the numbers. */
  private static String table(int devices, String... columns) {
    Random random = new Random(1);
    StringBuilder table = new StringBuilder(String.join(",", columns) + "\n");
    for (int row = 0; row < 60 * devices; row++) {
      int device = row % devices;
      int time = row / devices;
      int label = random.nextInt(3);
      String line =
          Arrays.stream(columns)
              .map(
                  column ->
                      switch (column) {
                        case "device", "gateway" -> Integer.toString(device);
                        case "time" -> Integer.toString(time);
                        case "label", "activity" -> Integer.toString(label);
                        default -> "%.3f".formatted(label + random.nextGaussian());
                      })
              .collect(Collectors.joining(","));
      table.append(line).append('\n');
    }
    return table.toString();
  }

  private static String leaf() {
    List<String> users = List.of("u0", "u1", "u2", "u3");
    String data =
        users.stream()
            .map(
                user ->
                    "\"%s\":{\"x\":[%s],\"y\":[%s]}".formatted(user, each("[%d,1]"), each("%d")))
            .collect(Collectors.joining(","));
    return "{\"users\":[\"%s\"],\"num_samples\":[40,40,40,40],\"user_data\":{%s}}"
        .formatted(String.join("\",\"", users), data);
  }

  /** For each of 40 samples, with 0, 1 or 2 in it. */
  private static String each(String sample) {
    return IntStream.range(0, 40)
        .mapToObj(number -> sample.formatted(number % 3))
        .collect(Collectors.joining(","));
  }
}
