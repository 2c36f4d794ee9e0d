package dev.kula.app;

import dev.kula.app.dashboard.RunControl;
import java.nio.file.Path;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * What this process does when it is told to end (SIGINT, as by Ctrl-C, or SIGTERM) while it makes a
 * run: it lets the round end, so that the run can be resumed after it. Told again, it ends at once.
 * Outside of runs it ends at once, as any process does.
 */
final class Interruption implements AutoCloseable {
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;

  private final RunControl control;
  private final String promise;
  private final Terminal terminal;
  private final @Nullable Object onInterrupt;
  private final @Nullable Object onTerminate;
  private int exitCode;
  private boolean endsAtOnce;

  /** Whether signals are this program's to answer, or those of a program that it is part of. */
  enum Answer {
    ALL,
    NONE
  }

  /**
   * Answers until it is closed.
   *
   * @param control of the run that is made meanwhile
   * @param promise what is done when told, for people
   */
  Interruption(Answer answer, RunControl control, String promise, Terminal terminal) {
    this.control = control;
    this.promise = promise;
    this.terminal = terminal;
    boolean all = answer == Answer.ALL;
    onInterrupt = all ? Signals.register("INT", () -> told(INTERRUPTED)) : null;
    onTerminate = all ? Signals.register("TERM", () -> told(TERMINATED)) : null;
  }

  /** Answers by ending at once, of work that cannot be resumed, and says what that comes to. */
  Interruption(Answer answer, String consequence, Terminal terminal) {
    this(answer, new RunControl(), consequence, terminal);
    endsAtOnce = true;
  }

  private synchronized void told(int code) {
    if (exitCode != 0) {
      Runtime.getRuntime().halt(code); // not exit: that would wait for the round
    }
    exitCode = code;
    terminal.err().println();
    terminal.say(promise);
    if (endsAtOnce) {
      Runtime.getRuntime().halt(code);
    }
    control.stop();
  }

  /** What the operator wants of the run. */
  RunControl control() {
    return control;
  }

  /** Whether the run is to end. */
  boolean isAsked() {
    return control.state() == RunControl.State.STOPPING;
  }

  /**
   * Ends here what is to end, with no run under way.
   *
   * @throws Halt if that is so
   */
  void check(Path directory) {
    if (isAsked()) {
      throw halt("stopped before the next run began", directory);
    }
  }

  /** The end that was asked for, by a signal or on the dashboard. */
  synchronized Halt halt(String what, Path directory) {
    return new Halt(
        what + ", as the operator asked", directory, exitCode == 0 ? Kula.DONE : exitCode);
  }

  @Override
  public void close() {
    if (onInterrupt != null) {
      Signals.unregister("INT", onInterrupt);
    }
    if (onTerminate != null) {
      Signals.unregister("TERM", onTerminate);
    }
  }
}
