package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Somebody who answers every job alike; empty for never. */
record Answering(DeviceId id, Function<Job, Optional<Result>> answer) implements Participant {
  /** Who takes a while for it, or is told to stop before. */
  static Answering after(Duration pause, String name, Result result) {
    return new Answering(
        new DeviceId(name),
        job -> {
          try {
            Thread.sleep(pause);
            return Optional.of(result);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
          }
        });
  }

  @Override
  public boolean isPresent() {
    return true;
  }

  @Override
  public Optional<Result> perform(Job job, Duration within) {
    return answer.apply(job);
  }

  @Override
  public void end() {}

  @Override
  public void close() {}
}
