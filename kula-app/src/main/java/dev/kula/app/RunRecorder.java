package dev.kula.app;

import dev.kula.round.Revocation;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunState;
import dev.kula.store.Checkpoints;
import dev.kula.store.KeptCheckpoints;
import dev.kula.store.RunDirectory;
import dev.kula.store.database.RunCopy;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes what a run tells: a line a round, its events, now and then a checkpoint; has a database
 * copy it; and moves the bar.
 */
final class RunRecorder implements RunListener {
  /** A checkpoint waits until this many times what the last one took has gone by. */
  private static final int PATIENCE = 50;

  private final RunDirectory directory;
  private final Optional<RunCopy> copy;
  private final Interruption interruption;
  private final List<CompletedRun> completed;
  private final RoundProgress progress;
  private final int keepEvery;
  private int round;
  private boolean ended;

  /** Whether leases were taken back in the last round, which no crash may undo. */
  private boolean revoked;

  /** On the clock of {@link System#nanoTime()}. */
  private long due = System.nanoTime();

  /**
   * A recorder.
   *
   * @param interruption what the operator wants
   * @param keepEvery rounds from one checkpoint that stays to the next; 0 for none
   */
  RunRecorder(
      RunDirectory directory,
      Optional<RunCopy> copy,
      Interruption interruption,
      List<CompletedRun> completed,
      RoundProgress progress,
      int keepEvery) {
    this.directory = directory;
    this.copy = copy;
    this.interruption = interruption;
    this.completed = completed;
    this.progress = progress;
    this.keepEvery = keepEvery;
  }

  @Override
  public List<Revocation> revocations() {
    return interruption.control().takeRevocations();
  }

  @Override
  public void round(RoundRecord round, List<RunEvent> events) {
    directory.append(round);
    events.forEach(event -> directory.append(round.method(), round.seed(), event));
    copy.ifPresent(to -> to.add(round, events));
    progress.ended(round);
    this.round = round.round();
    ended = events.stream().anyMatch(RunEvent.Stopped.class::isInstance);
    revoked = false;
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Revoked lease) {
        interruption.control().revoked(lease.order());
        revoked = true;
      }
    }
    if (ended) {
      interruption.control().end();
    }
  }

  /**
   * Also where an operator pauses and stops a run: with its state on the disk, so that nothing is
   * lost if the process ends meanwhile. A run that has had its last round just ends.
   *
   * @throws Halt if the operator wants the run to end
   */
  @Override
  public void checkpoint(Supplier<RunState> state) {
    boolean isHeld = !ended && interruption.control().holds();
    save(state, isHeld);
    if (isHeld && interruption.control().endsHere()) {
      if (interruption.control().hasAsked()) { // while it waited
        save(state, true);
      }
      throw interruption.halt("stopped after round %d".formatted(round), directory.path());
    }
  }

  private void save(Supplier<RunState> state, boolean isHeld) {
    long start = System.nanoTime();
    boolean isDue = isHeld || revoked || start - due >= 0;
    boolean isKept = keepEvery > 0 && round % keepEvery == 0;
    if (!isDue && !isKept) {
      return;
    }
    CommandState now = new CommandState(List.copyOf(completed), state.get(), directory.extent());
    if (isKept) {
      Checkpoints.write(directory.file(KeptCheckpoints.name(round)), now);
    }
    if (isDue) {
      save(directory, now);
    }
    long end = System.nanoTime();
    due = end + PATIENCE * (end - start);
  }

  static void save(RunDirectory directory, CommandState state) {
    Checkpoints.write(directory.file(RunDirectory.CHECKPOINT), state);
  }
}
