package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.fleet.Fleet;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that may outlast a round: who is at one is not asked for anything else until it is back.
 *
 * <p>Not thread safe: one round loop sends devices and takes what they bring.
 */
final class Errands implements AutoCloseable {
  private final Duration patience;
  private final Onlooker onlooker;
  private final Consumer<DeviceId> late;
  private final Map<DeviceId, Thread> out = new HashMap<>();
  private final BlockingQueue<Back> back = new LinkedBlockingQueue<>();

  /** A device is back; with a result, without one, or with a defect of this process. */
  private record Back(
      DeviceId device,
      Fleet.TrainingTask task,
      Optional<Result> result,
      @Nullable Throwable defect) {}

  /**
   * What a device brought.
   *
   * @param task for which it was sent
   */
  record Brought(DeviceId device, Fleet.TrainingTask task, Result result) {}

  /**
   * Nobody is out.
   *
   * @param patience how long a job may take
   * @param onlooker sees who is sent, and who has not come back
   * @param late is told of who has not: it may be at its job still, and is not to be asked in this
   *     round
   */
  Errands(Duration patience, Onlooker onlooker, Consumer<DeviceId> late) {
    this.patience = patience;
    this.late = late;
    this.onlooker = onlooker;
  }

  boolean isOut(DeviceId device) {
    return out.containsKey(device);
  }

  /** Sends a device that is not out. */
  void send(Participant participant, Job job, Fleet.TrainingTask task) {
    DeviceId device = participant.id();
    Consumer<Optional<Result>> told = onlooker.asked(device, job);
    Thread thread =
        Thread.ofVirtual()
            .name("kula-errand-" + device)
            .unstarted(
                () -> {
                  try {
                    Optional<Result> result = participant.perform(job, patience, told);
                    back.add(new Back(device, task, result, null));
                  } catch (RuntimeException | Error defect) { // thrown by whoever takes it
                    back.add(new Back(device, task, Optional.empty(), defect));
                  }
                });
    out.put(device, thread);
    thread.start();
  }

  boolean anyOut() {
    return !out.isEmpty();
  }

  /** Waits until nobody is out; what they bring comes too late. */
  void gather() {
    while (!out.isEmpty()) {
      next();
    }
  }

  /** Waits for whoever is back next; empty if it brings nothing. */
  Optional<Brought> next() {
    Back one;
    try {
      one = back.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while devices were training", e);
    }
    out.remove(one.device());
    if (one.defect() instanceof KulaException known) {
      throw known;
    }
    if (one.defect() != null) {
      throw new IllegalStateException("a device could not be asked", one.defect());
    }
    if (one.result().isEmpty()) {
      onlooker.refused("%s: no answer in time, is left out".formatted(one.device()));
      late.accept(one.device());
    }
    return one.result().map(result -> new Brought(one.device(), one.task(), result));
  }

  @Override
  public void close() {
    out.values().forEach(Thread::interrupt);
  }
}
