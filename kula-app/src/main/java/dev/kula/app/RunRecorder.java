package dev.kula.app;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunState;
import dev.kula.store.Checkpoints;
import dev.kula.store.RunDirectory;
import java.util.List;

/** Writes what a run tells: a line a round, its events, a checkpoint; and moves the bar. */
final class RunRecorder implements RunListener {
  private final RunDirectory directory;
  private final List<CompletedRun> completed;
  private final RoundProgress progress;

  RunRecorder(RunDirectory directory, List<CompletedRun> completed, RoundProgress progress) {
    this.directory = directory;
    this.completed = completed;
    this.progress = progress;
  }

  @Override
  public void round(RoundRecord round, List<RunEvent> events) {
    directory.append(round);
    events.forEach(event -> directory.append(round.method(), round.seed(), event));
    progress.ended(round);
  }

  @Override
  public void checkpoint(RunState state) {
    save(directory, new CommandState(List.copyOf(completed), state, directory.extent()));
  }

  static void save(RunDirectory directory, CommandState state) {
    Checkpoints.write(directory.file(RunDirectory.CHECKPOINT), state);
  }
}
