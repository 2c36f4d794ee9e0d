package dev.kula.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A command that runs, as a process would run it. */
final class RunningCommand {
  private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
  private static final Duration WAIT = Duration.ofSeconds(60);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CompletableFuture<Integer> code;

  /** Runs in a thread of its own. */
  static RunningCommand of(String words) {
    return new RunningCommand(Arrays.asList(words.strip().split(" +", -1)));
  }

  private RunningCommand(List<String> words) {
    code =
        CompletableFuture.supplyAsync(
            () ->
                Kula.run(
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    words.toArray(String[]::new)),
            task -> Thread.ofPlatform().daemon().start(task));
  }

  int exit() {
    return code.orTimeout(WAIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  int port() throws InterruptedException {
    return port(LISTENING);
  }

  int port(Pattern said) throws InterruptedException {
    long end = System.nanoTime() + WAIT.toNanos();
    while (System.nanoTime() < end) {
      Matcher line = said.matcher(err());
      if (line.find()) {
        return Integer.parseInt(line.group(1));
      }
      Thread.sleep(10);
    }
    throw new AssertionError("it does not listen: " + err());
  }
}
