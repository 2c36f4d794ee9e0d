package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Somebody who does jobs, in this process or another. Does one at a time. */
public interface Participant extends AutoCloseable {
  /** Its name, as it has proved it. */
  DeviceId id();

  /** With what others may be introduced to it; empty if nobody vouches for it. */
  default Optional<Introduction> introduction() {
    return Optional.empty();
  }

  /** Whether it can be reached now. */
  boolean isPresent();

  /** Whether it works in this process, and so is always waited for. */
  default boolean isResident() {
    return false;
  }

  /**
   * Lets it do a job, and waits.
   *
   * @param within how long
   * @return empty if it has not answered by then
   */
  Optional<Result> perform(Job job, Duration within);

  /**
   * Lets it do a job, and waits.
   *
   * @param told what came of it, also if that is a defect: then, nothing
   */
  default Optional<Result> perform(Job job, Duration within, Consumer<Optional<Result>> told) {
    Optional<Result> result = Optional.empty();
    try {
      result = perform(job, within);
      return result;
    } finally {
      told.accept(result);
    }
  }

  /** Tells it that the run has ended. Who is not told goes on looking for the server. */
  void end();

  @Override
  void close();
}
