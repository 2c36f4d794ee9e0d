package dev.kula.app;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunState;
import java.util.List;
import java.util.function.Supplier;

/** Moves the bar of a run of which nothing is kept. */
record Watched(RoundProgress progress) implements RunListener {
  @Override
  public void round(RoundRecord round, List<RunEvent> events) {
    progress.ended(round);
  }

  @Override
  public void checkpoint(Supplier<RunState> state) {}
}
