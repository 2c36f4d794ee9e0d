package dev.kula.app.dashboard;

import dev.kula.round.Revocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an operator asks of a run, and what came of it. A run does it between two rounds.
 *
 * <p>Thread safe.
 */
public final class RunControl {
  /** How the run stands. */
  public enum State {
    /** It goes on. */
    RUNNING,
    /** It pauses when the round ends. */
    PAUSING,
    /** It waits between two rounds. */
    PAUSED,
    /** It ends when the round ends, to be resumed. */
    STOPPING;

    /** As a page is told it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private State state = State.RUNNING;

  /** The method of the run that is being made; empty if none is. */
  private String method = "";

  private long seed;

  /** Orders whose leases are to be taken back, until the run has told that they are. */
  private final Set<Long> revoking = new TreeSet<>();

  /** Those of them that the run has not heard of. */
  private final List<Revocation> asked = new ArrayList<>();

  /**
   * A lease that an operator wants taken back.
   *
   * @param method of the run in which it was granted
   * @param seed of that run
   */
  public record Asked(String method, long seed, Revocation lease) {}

  /** How the run stands. */
  public synchronized State state() {
    return state;
  }

  /** Lets the run wait when its round ends; without effect on one that waits or stops. */
  public synchronized void pause() {
    if (state == State.RUNNING) {
      state = State.PAUSING;
    }
  }

  /** Lets the run go on; without effect on one that stops. */
  public synchronized void resume() {
    if (state == State.PAUSING || state == State.PAUSED) {
      state = State.RUNNING;
      notifyAll();
    }
  }

  /** Lets the run end when its round ends; that is not taken back. */
  public synchronized void stop() {
    state = State.STOPPING;
    notifyAll();
  }

  /**
   * Has a lease taken back when the next round begins.
   *
   * @return whether that will be: not if another run is being made, or the run stops
   */
  public synchronized boolean revoke(Asked wanted) {
    if (!wanted.method().equals(method) || wanted.seed() != seed || state == State.STOPPING) {
      return false;
    }
    if (revoking.add(wanted.lease().order())) {
      asked.add(wanted.lease());
    }
    return true;
  }

  /** Orders whose leases are to be taken back, ascending, until the run has told that they are. */
  public synchronized List<Long> revoking() {
    return List.copyOf(revoking);
  }

  /** Whether leases are to be taken back that the run has not heard of. */
  public synchronized boolean hasAsked() {
    return !asked.isEmpty();
  }

  /** Called by the run: leases to be taken back, each once. */
  public synchronized List<Revocation> takeRevocations() {
    List<Revocation> taken = List.copyOf(asked);
    asked.clear();
    return taken;
  }

  /** Called by the run when it has told that a lease was taken back. */
  public synchronized void revoked(long order) {
    revoking.remove(order);
  }

  /** Called when a run begins: its orders have numbers of their own. */
  public synchronized void begin(String method, long seed) {
    end();
    this.method = method;
    this.seed = seed;
  }

  /** Called when a run has had its last round: nothing is taken back any more. */
  public synchronized void end() {
    method = "";
    revoking.clear();
    asked.clear();
  }

  /** Whether the run is to wait or to end now, so that its state must be kept. */
  public synchronized boolean holds() {
    return state != State.RUNNING;
  }

  /**
   * Called by the run between two rounds. Waits for as long as the operator wants it to.
   *
   * @return whether the run is to end
   * @throws IllegalStateException if it was interrupted
   */
  public synchronized boolean endsHere() {
    try {
      while (state == State.PAUSING || state == State.PAUSED) {
        state = State.PAUSED;
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while paused", e);
    }
    return state == State.STOPPING;
  }
}
