package dev.kula.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kula.KulaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a fleet at work from outside, at the beginning and then ten times in a run.
 *
 * <p>For one thread.
 */
final class Watch {
  /** What {@code jcmd} says last of the objects that are reachable: their number, their bytes. */
  private static final Pattern TOTAL = Pattern.compile("Total +\\d+ +(\\d+)");

  /** Gaps in the heap, not objects. */
  private static final Pattern GAP = Pattern.compile(" *\\d+: +\\d+ +(\\d+) +.*FillerElement.*");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int READINGS = 10;
  private static final long POLL_MILLIS = 50;

  private final Child orchestrator;
  private final List<Child> devices;
  private final Path rounds;
  private final int planned;

  /**
   * What was read at one moment.
   *
   * @param round that was complete
   * @param seconds since all devices were there
   * @param orchestrator what it takes
   * @param liveBytes of its heap, after a collection
   * @param deviceCpuSeconds of all device processes
   * @param deviceResidentBytes of all device processes
   * @param jobs of all devices, and seconds within them; not a number where they do not say
   */
  record Moment(
      int round,
      double seconds,
      Reading orchestrator,
      double liveBytes,
      double deviceCpuSeconds,
      double deviceResidentBytes,
      double jobs,
      double jobSeconds) {}

  /**
   * Of a run that begins.
   *
   * @param rounds the file in which each has a line
   * @param planned how many there are to be
   */
  Watch(Child orchestrator, List<Child> devices, Path rounds, int planned) {
    this.orchestrator = orchestrator;
    this.devices = devices;
    this.rounds = rounds;
    this.planned = planned;
  }

  /**
   * Until the orchestrator has ended or the time is over.
   *
   * @throws KulaException if a process of devices fails
   */
  List<Moment> follow(Duration within) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long end = start + within.toNanos();
    int step = Math.max(1, planned / READINGS);
    int next = 0;
    List<Moment> moments = new ArrayList<>();
    while (orchestrator.isAlive() && System.nanoTime() < end) {
      int round = seconds().size();
      if (round >= next && round < planned) {
        read(round, start).ifPresent(moments::add);
        next = (round / step + 1) * step;
      }
      for (Child process : devices) {
        if (!process.isAlive() && process.exit() != 0) {
          throw process.failed("failed");
        }
      }
      Thread.sleep(POLL_MILLIS);
    }
    return moments;
  }

  /** Seconds of each round that is complete, from what the orchestrator writes down. */
  List<Double> seconds() throws IOException {
    List<Double> seconds = new ArrayList<>();
    if (Files.exists(rounds)) {
      String text = Files.readString(rounds);
      double before = 0;
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        double now = JSON.readTree(line).get("wallSeconds").asDouble();
        seconds.add(now - before);
        before = now;
      }
    }
    return seconds;
  }

  /** Empty if the orchestrator has ended meanwhile. */
  private Optional<Moment> read(int round, long start) throws IOException, InterruptedException {
    Reading reading = orchestrator.reading();
    double cpu = 0;
    double resident = 0;
    double jobs = 0;
    double jobSeconds = 0;
    for (Child process : devices) {
      Reading of = process.reading();
      cpu += of.cpuSeconds();
      resident += of.residentBytes();
      Optional<Matcher> said = process.said(DeviceProcess.SAID);
      jobs += said.map(line -> Double.parseDouble(line.group(1))).orElse(Double.NaN);
      jobSeconds += said.map(line -> Double.parseDouble(line.group(2))).orElse(Double.NaN);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double live = live();
    return orchestrator.isAlive()
        ? Optional.of(new Moment(round, seconds, reading, live, cpu, resident, jobs, jobSeconds))
        : Optional.empty();
  }

  /** Bytes of reachable objects; not a number if the process ended. */
  private double live() throws IOException, InterruptedException {
    Process histogram =
        new ProcessBuilder(
                Child.java("jcmd"), Long.toString(orchestrator.id()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    double live = Double.NaN;
    double gaps = 0;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(histogram.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Matcher total = TOTAL.matcher(line);
        Matcher gap = GAP.matcher(line);
        if (total.matches()) {
          live = Double.parseDouble(total.group(1));
        } else if (gap.matches()) {
          gaps += Double.parseDouble(gap.group(1));
        }
      }
    }
    histogram.waitFor();
    return live - gaps;
  }
}
