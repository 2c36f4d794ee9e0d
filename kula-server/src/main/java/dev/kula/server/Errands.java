package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
  private final Consumer<String> refusals;
  private final Map<DeviceId, Thread> out = new HashMap<>();
  private final BlockingQueue<Back> back = new LinkedBlockingQueue<>();

  /** A device is back; with a result, without one, or with a defect of this process. */
  private record Back(
      DeviceId device, int round, Optional<Result> result, @Nullable Throwable defect) {}

  /**
   * What a device brought.
   *
   * @param round in which it was sent
   */
  record Brought(DeviceId device, int round, Result result) {}

  /**
   * Nobody is out.
   *
   * @param patience how long a job may take
   * @param refusals is told in a line who has not come back; from any thread
   */
  Errands(Duration patience, Consumer<String> refusals) {
    this.patience = patience;
    this.refusals = refusals;
  }

  boolean isOut(DeviceId device) {
    return out.containsKey(device);
  }

  /** Sends a device that is not out. */
  void send(Participant participant, Job job, int round) {
    DeviceId device = participant.id();
    Thread thread =
        Thread.ofVirtual()
            .name("kula-errand-" + device)
            .unstarted(
                () -> {
                  try {
                    Optional<Result> result = participant.perform(job, patience);
                    back.add(new Back(device, round, result, null));
                  } catch (RuntimeException | Error defect) { // thrown by whoever takes it
                    back.add(new Back(device, round, Optional.empty(), defect));
                  }
                });
    out.put(device, thread);
    thread.start();
  }

  /** Waits until so many have brought something, or nobody is out. */
  List<Brought> take(int enough) {
    List<Brought> brought = new ArrayList<>();
    while (brought.size() < enough && !out.isEmpty()) {
      next().ifPresent(brought::add);
    }
    return brought;
  }

  /** Waits until nobody is out; what they bring comes too late. */
  void gather() {
    while (!out.isEmpty()) {
      next();
    }
  }

  private Optional<Brought> next() {
    Back one;
    try {
      one = back.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while devices were training", e);
    }
    out.remove(one.device());
    if (one.defect() != null) {
      throw new IllegalStateException("a device could not be asked", one.defect());
    }
    if (one.result().isEmpty()) {
      refusals.accept("%s: no answer in time, is left out".formatted(one.device()));
    }
    return one.result().map(result -> new Brought(one.device(), one.round(), result));
  }

  @Override
  public void close() {
    out.values().forEach(Thread::interrupt);
  }
}
