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

  /** A click more takes nothing back twice, and what is told is shown until it is done. */
  @Test
  void aLeaseIsTakenBackOnce() {
    Revocation lease = new Revocation(7, new DeviceId("a"), new DeviceId("b"));
    control.revoke(lease);
    control.revoke(lease);
    assertEquals(List.of(7L), control.revoking());
    assertEquals(List.of(lease), control.takeRevocations());
    assertEquals(List.of(), control.takeRevocations());
    control.revoke(lease);
    assertEquals(List.of(), control.takeRevocations());
    assertEquals(List.of(7L), control.revoking());
    control.revoked(7);
    assertEquals(List.of(), control.revoking());
  }

  @Test
  void anotherRunHasOtherOrders() {
    control.revoke(new Revocation(7, new DeviceId("a"), new DeviceId("b")));
    control.forgetRevocations();
    assertEquals(List.of(), control.takeRevocations());
    assertEquals(List.of(), control.revoking());
  }
}
