package dev.kula.server;

import dev.kula.wire.Job;
import dev.kula.wire.v1.Welcome;
import io.grpc.Status;

/**
 * What a device in a session is told by, however it is connected.
 *
 * <p>Thread safe; two lines are equal if they are of one session.
 */
public interface DeviceLine {
  /** The first thing that a device is told. Does not wait. */
  void welcome(Welcome welcome);

  /**
   * Sends a job, as far as the device lacks it.
   *
   * @param number of the job
   * @param from byte of its encoding from which on the device lacks it
   * @param end moment of {@link System#nanoTime} until which to wait for room; what has not been
   *     sent then is let be
   */
  void send(long number, Job job, long from, long end);

  /** The session ends because the run does. */
  void end();

  /** The session ends because another one of the device has begun. */
  void replaced();

  /** The session ends for another reason, which says whether to come back. */
  void fail(Status why);
}
