package dev.kula.app.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.app.dashboard.RunControl.State;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A run between two rounds, and its operator. */
final class RunControlTest {
  private final RunControl control = new RunControl();

  private CompletableFuture<Boolean> run() throws InterruptedException {
    CompletableFuture<Boolean> ends = CompletableFuture.supplyAsync(control::endsHere);
    long end = System.nanoTime() + 10_000_000_000L;
    while (control.state() == State.PAUSING && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    return ends;
  }

  @Test
  void whoAsksNothingHoldsNothing() {
    assertFalse(control.holds());
    assertFalse(control.endsHere());
    control.resume();
    assertEquals(State.RUNNING, control.state());
  }

  @Test
  void aPausedRunWaitsAndGoesOn() throws Exception {
    control.pause();
    assertTrue(control.holds());
    CompletableFuture<Boolean> ends = run();
    assertEquals(State.PAUSED, control.state());
    assertFalse(ends.isDone());
    control.pause(); // once more changes nothing
    assertEquals(State.PAUSED, control.state());
    control.resume();
    assertFalse(ends.get(10, TimeUnit.SECONDS));
    assertEquals("running", control.state().word());
  }

  @Test
  void aStopIsNotTakenBack() throws Exception {
    control.pause();
    CompletableFuture<Boolean> ends = run();
    control.stop();
    control.pause();
    control.resume();
    assertTrue(ends.get(10, TimeUnit.SECONDS));
    assertEquals(State.STOPPING, control.state());
  }
}
