package dev.kula.app.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.app.dashboard.RunControl.State;
import dev.kula.data.DeviceId;
import dev.kula.round.Revocation;
import java.util.List;
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

  private static RunControl.Asked asked(String method, long seed) {
    Revocation lease = new Revocation(7, new DeviceId("a"), new DeviceId("b"));
    return new RunControl.Asked(method, seed, lease);
  }

  /** A click more takes nothing back twice, and what is told is shown until it is done. */
  @Test
  void aLeaseIsTakenBackOnce() {
    control.begin("m", 1);
    assertTrue(control.revoke(asked("m", 1)));
    assertTrue(control.revoke(asked("m", 1)));
    assertTrue(control.hasAsked());
    assertEquals(List.of(7L), control.revoking());
    assertEquals(List.of(asked("m", 1).lease()), control.takeRevocations());
    assertEquals(List.of(), control.takeRevocations());
    assertTrue(control.revoke(asked("m", 1)));
    assertEquals(List.of(), control.takeRevocations());
    assertEquals(List.of(7L), control.revoking());
    control.revoked(7);
    assertEquals(List.of(), control.revoking());
  }

  @Test
  void anotherRunHasOtherOrders() {
    assertFalse(control.revoke(asked("m", 1)), "none is being made");
    control.begin("m", 1);
    assertFalse(control.revoke(asked("m", 2)));
    assertFalse(control.revoke(asked("n", 1)));
    assertTrue(control.revoke(asked("m", 1)));
    control.begin("m", 2);
    assertEquals(List.of(), control.takeRevocations());
    assertEquals(List.of(), control.revoking());
    control.end();
    assertFalse(control.revoke(asked("m", 2)));
  }

  @Test
  void aRunThatStopsTakesNothingBack() {
    control.begin("m", 1);
    control.stop();
    assertFalse(control.revoke(asked("m", 1)));
  }
}
