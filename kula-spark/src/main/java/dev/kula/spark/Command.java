package dev.kula.spark;

import java.io.Serializable;
import java.time.Instant;
import org.apache.spark.broadcast.Broadcast;

/** What all devices of a fleet, or some of them, do in one step. Numbered: no two steps alike. */
sealed interface Command extends Serializable {
  /** Above that of the step before. */
  long number();

  /** A round begins, after {@code before} had begun. */
  record Begin(long number, int before, int round) implements Command {}

  /**
   * Read what has come.
   *
   * @param post what the servers said first, and who is there
   * @param first whether it is what the servers said, and not what devices answered to that
   */
  record Deliver(long number, Broadcast<Post> post, boolean first, Instant now)
      implements Command {}

  /** Train. */
  record Train(long number, Broadcast<Lessons> lessons, Instant now) implements Command {}
}
