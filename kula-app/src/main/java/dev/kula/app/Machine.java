package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.engine.Engines;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code kula doctor} looks at on the machine itself. */
final class Machine {
  /** The version that Kula is built for. */
  private static final int JAVA = 25;

  private static final long SCARCE_BYTES = 1L << 30;
  private static final long FEWEST_BYTES = 50L << 20;

  /** What is not built unasked, and the class by which to know that it is here. */
  private static final Map<String, String> OPTIONAL =
      new TreeMap<>(
          Map.of(
              "torch", "dev.kula.torch.TorchEngine",
              "duckdb", "dev.kula.duckdb.DuckTable",
              "spark", "dev.kula.spark.SparkFleets",
              "kafka", "dev.kula.kafka.KafkaTiers"));

  private Machine() {}

  /** Java, kernels, cores, what of Kula is here, and the terminal. */
  static List<Finding> look(Terminal terminal) {
    return List.of(java(), engine(), cores(), modules(), shown(terminal));
  }

  private static Finding java() {
    int feature = Runtime.version().feature();
    String found =
        "Java %s of %s, %s"
            .formatted(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home"));
    return feature >= JAVA
        ? Finding.ok("jdk", found)
        : Finding.fail(
            "jdk", found, "install a JDK %d and set KULA_JAVA_HOME to it".formatted(JAVA));
  }

  private static Finding engine() {
    try {
      String backend = Engines.backend();
      return backend.startsWith("java")
          ? Finding.warn(
              "engine",
              backend,
              "runs work, several times slower; use Linux on x86-64, or install OpenBLAS")
          : Finding.ok("engine", backend);
    } catch (KulaException e) {
      return failed("engine", e);
    }
  }

  private static Finding cores() {
    int cores = Runtime.getRuntime().availableProcessors();
    return cores > 1
        ? Finding.ok("cores", Integer.toString(cores))
        : Finding.warn("cores", "1", "give the process more, devices train beside each other");
  }

  /** The script says what is built; without it, what is on the class path counts. */
  private static Finding modules() {
    String built = System.getProperty("kula.modules");
    List<String> here = new ArrayList<>();
    List<String> absent = new ArrayList<>();
    OPTIONAL.forEach(
        (name, type) -> {
          boolean isHere =
              built == null ? isLoadable(type) : List.of(built.split(" ", -1)).contains(name);
          (isHere ? here : absent).add(name);
        });
    return Finding.ok(
        "modules",
        "%s; %s"
            .formatted(
                here.isEmpty() ? "none of the optional ones" : String.join(", ", here),
                absent.isEmpty()
                    ? "all are here"
                    : "built when first asked for: " + String.join(", ", absent)));
  }

  private static boolean isLoadable(String type) {
    try {
      Class.forName(type, false, Machine.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  private static Finding shown(Terminal terminal) {
    return Finding.ok(
        "terminal",
        "%s, %d columns, colour %s"
            .formatted(
                terminal.interactive() ? "a terminal" : "no terminal",
                terminal.columns(),
                terminal.colour().name().toLowerCase(Locale.ROOT)));
  }

  /** Whether runs can be written to {@code directory}, and how much. */
  static Finding directory(Path directory) {
    Path there = existing(directory);
    String subject = "directory";
    if (!Files.isDirectory(there)) {
      return Finding.fail(
          subject,
          "'%s' is a file".formatted(there),
          "move it away, or choose another place with --out");
    }
    long bytes;
    try {
      Path file = Files.createTempFile(there, ".kula-doctor", ".tmp");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
          return Finding.fail(
              subject, "'%s' has no locks".formatted(there), "choose a local disk with --out");
        }
      } finally {
        Files.deleteIfExists(file);
      }
      bytes = Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      return Finding.fail(
          subject,
          "'%s' cannot be written or locked (%s)".formatted(there, e),
          "let %s write there, or choose another place with --out"
              .formatted(System.getProperty("user.name")));
    }
    String found = "'%s' can be written and locked, %.1f GB are free".formatted(there, bytes / 1e9);
    if (bytes < FEWEST_BYTES) {
      return Finding.fail(subject, found, "make room, or choose another disk with --out");
    }
    return bytes < SCARCE_BYTES
        ? Finding.warn(subject, found, "make room, or choose another disk with --out")
        : Finding.ok(subject, found);
  }

  private static Path existing(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    while (!Files.exists(path) && path.getParent() != null) {
      path = path.getParent();
    }
    return path;
  }

  /** What a complaint says, in the two parts that complaints have. */
  static Finding failed(String subject, KulaException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.lastIndexOf("; ");
    return end < 0
        ? Finding.fail(subject, message, "see docs/operations.md")
        : Finding.fail(subject, message.substring(0, end), message.substring(end + 2));
  }
}
