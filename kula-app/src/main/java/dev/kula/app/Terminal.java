package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.store.Documents;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where results (out) and progress and complaints (err) go.
 *
 * @param out standard output
 * @param err standard error
 * @param interactive whether {@code err} is a terminal, on which a line can be drawn over
 * @param colour of results
 * @param complaints colour of what goes to {@code err}
 * @param columns width of the terminal in characters
 * @param json whether results are JSON
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean interactive,
    Colour colour,
    Colour complaints,
    int columns,
    boolean json) {
  private static final int USUAL_COLUMNS = 100;

  /** Two streams that are no terminal. */
  static Terminal of(PrintStream out, PrintStream err) {
    return new Terminal(out, err, false, Colour.OFF, Colour.OFF, USUAL_COLUMNS, false);
  }

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
    boolean shown = terminal("kula.err.terminal") && !dumb && !json;
    return new Terminal(
        System.out,
        System.err,
        shown,
        Colour.usual(System.getenv(), terminal("kula.out.terminal") && !dumb),
        json ? Colour.OFF : Colour.usual(System.getenv(), shown),
        Math.clamp(Integer.getInteger("kula.columns", USUAL_COLUMNS), 30, 160),
        false);
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

  private static boolean terminal(String property) {
    String value = System.getProperty(property);
    return value == null
        ? Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
        : Boolean.parseBoolean(value);
  }

  /** The same, with results as JSON. */
  Terminal withJson() {
    return new Terminal(out, err, interactive, Colour.OFF, complaints, columns, true);
  }

  /** The same, with this colour of all. */
  Terminal withColour(Colour chosen) {
    return new Terminal(out, err, interactive, json ? Colour.OFF : chosen, chosen, columns, json);
  }

  /**
   * Prints the result of a command: with {@code --json} the document, a line of JSON or several,
   * else the text. To be called once a command.
   *
   * @param document a record, or a map by names; of it a format is in {@code docs/formats.md}
   * @param text with its line breaks
   */
  void result(Supplier<?> document, Supplier<String> text) {
    if (json) {
      out.println(Documents.text(document.get()));
    } else {
      out.print(text.get());
    }
    out.flush();
  }

  /** What becomes of a run, on {@code err}. */
  void say(String line) {
    err.println("kula: " + line);
  }

  /** Shows the progress of a run; close it before printing anything. */
  RoundProgress progress(Stretch stretch) {
    return interactive
        ? new RoundProgress.Bar(stretch, err, columns)
        : new RoundProgress.Lines(stretch, RoundProgress.Lines.every(stretch.rounds()), err);
  }
}
