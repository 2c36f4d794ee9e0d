package dev.kula.app;

import dev.kula.KulaException;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where results (out) and progress and complaints (err) go.
 *
 * @param out standard output
 * @param err standard error
 * @param interactive whether {@code err} is a terminal, on which a line can be drawn over
 * @param colour whether {@code out} understands ANSI colours
 * @param columns width of the terminal in characters
 */
record Terminal(
    PrintStream out, PrintStream err, boolean interactive, boolean colour, int columns) {
  private static final int USUAL_COLUMNS = 100;

  /**
   * The process's own. The {@code kula} script says what is a terminal, as {@code
   * kula.out.terminal} and {@code kula.err.terminal}: Java can only tell about input and output
   * taken together. With {@code KULA_LOG=json}, all that goes to standard error is JSON, and
   * nothing is drawn over.
   *
   * @throws KulaException the user's mistake, if {@code KULA_LOG} is neither
   */
  static Terminal system() {
    boolean json = logsJson(System.getenv("KULA_LOG"));
    if (json) {
      System.setErr(
          new PrintStream(
              new JsonLog(System.err, InstantSource.system()), true, StandardCharsets.UTF_8));
    }
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    boolean plain = System.getenv("NO_COLOR") != null && !System.getenv("NO_COLOR").isEmpty();
    return new Terminal(
        System.out,
        System.err,
        terminal("kula.err.terminal") && !dumb && !json,
        terminal("kula.out.terminal") && !dumb && !plain,
        Math.clamp(Integer.getInteger("kula.columns", USUAL_COLUMNS), 60, 160));
  }

  private static boolean logsJson(@Nullable String log) {
    if (log == null || log.isEmpty() || log.equals("text")) {
      return false;
    }
    if (log.equals("json")) {
      return true;
    }
    throw KulaException.user("KULA_LOG is '%s', must be text or json; correct it".formatted(log));
  }

  /** Shows the progress of a run of {@code rounds} rounds; close it before printing anything. */
  RoundProgress progress(String task, int rounds) {
    return interactive
        ? new RoundProgress.Bar(task, rounds, err, columns)
        : new RoundProgress.Lines(task, rounds, RoundProgress.Lines.EVERY, err);
  }

  private static boolean terminal(String property) {
    String value = System.getProperty(property);
    return value == null
        ? Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
        : Boolean.parseBoolean(value);
  }
}
