package dev.kula.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process takes. Memory, threads and files are read where Linux has them, and are not a
 * number elsewhere.
 *
 * @param cpuSeconds since it began
 * @param residentBytes of memory
 * @param threads of the operating system
 * @param files that are open, sockets among them
 */
record Reading(double cpuSeconds, double residentBytes, double threads, double files) {
  private static final int KILO = 1024;

  static Reading of(ProcessHandle process) {
    Path directory = Path.of("/proc", Long.toString(process.pid()));
    return new Reading(
        seconds(process.info().totalCpuDuration().orElse(Duration.ZERO)),
        KILO * status(directory, "VmRSS:"),
        status(directory, "Threads:"),
        files(directory.resolve("fd")));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static double status(Path directory, String key) {
    try {
      List<String> lines = Files.readAllLines(directory.resolve("status"));
      return lines.stream()
          .filter(line -> line.startsWith(key))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException notThere) {
      return Double.NaN;
    }
  }

  private static double files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    } catch (IOException notThere) {
      return Double.NaN;
    }
  }
}
