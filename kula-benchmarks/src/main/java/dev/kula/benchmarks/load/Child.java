package dev.kula.benchmarks.load;

import dev.kula.KulaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Java process on the class path of this one, and the lines that it says. Thread safe. */
final class Child implements AutoCloseable {
  private static final int SHOWN = 20;
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final long POLL_MILLIS = 20;

  private final Process process;
  private final String name;
  private final List<String> lines = new ArrayList<>();
  private final Thread listening = Thread.ofVirtual().unstarted(this::listen);

  private Child(Process process, String name) {
    this.process = process;
    this.name = name;
  }

  /**
   * What {@code ./kula} gives to Java, but for the cache that makes it start quickly.
   *
   * @param share of the machine's memory for its heap, in percent: where many processes run, they
   *     must not have more together than there is; one whose heap is full ends
   */
  static List<String> asKula(double share) {
    return List.of(
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseParallelGC",
        "-XX:MaxRAMPercentage=" + share,
        "-XX:+ExitOnOutOfMemoryError",
        "-Xmn192m",
        "--sun-misc-unsafe-memory-access=allow");
  }

  /**
   * Starts one.
   *
   * @param name for messages
   * @param options of Java
   * @param words main class and its arguments
   */
  static Child start(String name, List<String> options, Class<?> main, List<String> words) {
    List<String> command = new ArrayList<>(List.of(java("java")));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(words);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      Child child = new Child(process, name);
      child.listening.start();
      return child;
    } catch (IOException e) {
      throw KulaException.resource("%s cannot be started: %s".formatted(name, e), e);
    }
  }

  /** A command of the JDK that this process runs on. */
  static String java(String command) {
    return Path.of(System.getProperty("java.home"), "bin", command).toString();
  }

  private void listen() {
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last line that matches as a whole. */
  Optional<Matcher> said(Pattern pattern) {
    synchronized (lines) {
      return lines.reversed().stream().map(pattern::matcher).filter(Matcher::matches).findFirst();
    }
  }

  /**
   * Waits for a line.
   *
   * @throws KulaException if the process ends without it, or the time is over
   */
  Matcher await(Pattern pattern, Duration within) throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (System.nanoTime() < end) {
      boolean alive = process.isAlive();
      Optional<Matcher> found = said(pattern);
      if (found.isPresent()) {
        return found.get();
      }
      if (!alive) {
        break;
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw failed("did not say '%s'".formatted(pattern));
  }

  /** That it did not do what it has to, with what it said last. */
  KulaException failed(String what) throws InterruptedException {
    if (!process.isAlive()) {
      listening.join(GRACE);
    }
    synchronized (lines) {
      List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN), lines.size());
      return KulaException.internal(
          "load: %s %s; it said last:%n%s"
              .formatted(name, what, String.join(System.lineSeparator(), last)));
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** How it ended; it must have. */
  int exit() {
    return process.exitValue();
  }

  /** What it takes now. */
  Reading reading() {
    return Reading.of(process.toHandle());
  }

  long id() {
    return process.pid();
  }

  /** Ends it, if it does not end by itself soon. */
  void end() throws InterruptedException {
    if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
      close();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
