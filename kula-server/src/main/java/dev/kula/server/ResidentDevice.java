package dev.kula.server;

import dev.kula.client.JobRunner;
import dev.kula.data.DeviceId;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.Optional;

/**
 * A participant in the server's own process: the holder of the operator's base set. Takes the time
 * that it takes.
 */
final class ResidentDevice implements Participant {
  private final JobRunner runner;

  ResidentDevice(JobRunner runner) {
    this.runner = runner;
  }

  @Override
  public DeviceId id() {
    return runner.device();
  }

  @Override
  public boolean isPresent() {
    return true;
  }

  @Override
  public synchronized Optional<Result> perform(Job job, Duration within) {
    return Optional.of(runner.perform(job));
  }

  @Override
  public void close() {
    runner.close();
  }
}
