package dev.kula.server;

import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.v1.Welcome;
import java.time.Duration;
import java.util.Optional;

/**
 * The holder of the operator's base set, in the server's own process. It is given jobs as any
 * device is, and takes the time that it takes.
 */
final class ResidentDevice implements Participant {
  private final Worker<?> worker;
  private long jobs;

  /**
   * The holder of the base set.
   *
   * @param worker does its jobs; closed with it, also if this fails
   * @param welcome of the server
   */
  ResidentDevice(Worker<?> worker, Welcome welcome) {
    this.worker = worker;
    try {
      worker.welcome(welcome);
    } catch (RuntimeException failure) {
      worker.close(); // else its log stays locked for as long as this process lives
      throw failure;
    }
  }

  @Override
  public DeviceId id() {
    return Envelope.BASE;
  }

  @Override
  public boolean isPresent() {
    return true;
  }

  @Override
  public boolean isResident() {
    return true;
  }

  @Override
  public synchronized Optional<Result> perform(Job job, Duration within) {
    return Optional.of(worker.take(++jobs, JobCodec.encode(job)));
  }

  @Override
  public void end() {}

  @Override
  public void close() {
    worker.close();
  }
}
