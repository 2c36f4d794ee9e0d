package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.fleet.Fleet;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sees what a live fleet is asked to do, and what comes of it. Whether anybody looks on changes
 * nothing of a run.
 *
 * <p>Thread safe.
 */
@FunctionalInterface
public interface Onlooker {
  /**
   * Somebody could not do something, or said what it may not.
   *
   * @param line for people
   */
  void refused(String line);

  /**
   * Somebody is about to be asked to do a job. Called by the thread that asks, which may go on with
   * something else meanwhile.
   *
   * @param whom a device, the holder of the base set, or the monitor
   * @return is told once, by any thread, what came of it: a result, or empty where there is none
   */
  default Consumer<Optional<Result>> asked(DeviceId whom, Job job) {
    return result -> {};
  }

  /** The fleet that a round loop is to drive, which does what {@code fleet} does. */
  default Fleet watched(Fleet fleet) {
    return fleet;
  }
}
