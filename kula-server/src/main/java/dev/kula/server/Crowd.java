package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets participants do a job each, at the same time, and waits for them as long as their {@link
 * Patience} says. Who fails or is late is told of in a line, and missing.
 *
 * <p>Not thread safe.
 */
final class Crowd {
  /** How many times as long as the quorum the others may take. */
  private static final int SLOWER = 3;

  /** What is not worth cutting short. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private final Patience patience;
  private final Onlooker onlooker;

  /**
   * A crowd.
   *
   * @param onlooker sees who is asked, and who could not do a job, or was late
   */
  Crowd(Patience patience, Onlooker onlooker) {
    this.patience = patience;
    this.onlooker = onlooker;
  }

  /** A participant at work. */
  private final class Asked<T> {
    private final Participant participant;
    private final Thread thread;
    private volatile boolean cut;
    private volatile boolean answered;
    private volatile boolean failed;
    private volatile Optional<T> taken = Optional.empty();
    private volatile @Nullable Throwable failure;

    Asked(
        Participant participant,
        Job job,
        BiFunction<DeviceId, Result, Optional<T>> taken,
        BlockingQueue<Asked<T>> over) {
      this.participant = participant;
      Consumer<Optional<Result>> told = onlooker.asked(participant.id(), job);
      this.thread =
          Thread.ofVirtual()
              .name("kula-" + participant.id())
              .unstarted(
                  () -> {
                    try {
                      perform(job, told, taken);
                    } catch (Throwable e) { // thrown by the thread that asked
                      failure = e;
                    } finally {
                      over.add(this);
                    }
                  });
    }

    private void perform(
        Job job, Consumer<Optional<Result>> told, BiFunction<DeviceId, Result, Optional<T>> take) {
      DeviceId id = participant.id();
      Optional<Result> result = participant.perform(job, patience.job(), told);
      answered = result.isPresent();
      if (result.isEmpty()) {
        String why = cut ? "was slower than most" : "no answer in time";
        onlooker.refused("%s: %s, is left out".formatted(id, why));
      } else if (result.get() instanceof Result.Failed because) {
        failed = true;
        onlooker.refused("%s: %s".formatted(id, because.reason()));
      }
      taken = result.flatMap(one -> take.apply(id, one));
    }

    boolean counts() {
      return answered && !failed && !participant.isResident();
    }

    /** Waits no longer; but for what works in this process, and cannot be left alone with it. */
    void cut() throws InterruptedException {
      if (!participant.isResident()) {
        cut = true;
        thread.interrupt();
      }
      thread.join();
    }
  }

  /**
   * Lets all of these do their jobs.
   *
   * @param everybody whether each of them is waited for, and not only a quorum
   * @param taken what to make of a result; from any thread
   * @param late is told who did not answer
   * @return of those of which something was made, in their order
   */
  <T> Map<DeviceId, T> ask(
      Map<Participant, Job> jobs,
      boolean everybody,
      BiFunction<DeviceId, Result, Optional<T>> taken,
      Consumer<DeviceId> late) {
    BlockingQueue<Asked<T>> over = new LinkedBlockingQueue<>();
    List<Asked<T>> asked = new ArrayList<>();
    jobs.forEach((participant, job) -> asked.add(new Asked<>(participant, job, taken, over)));
    asked.forEach(one -> one.thread.start());
    try {
      int away = (int) jobs.keySet().stream().filter(one -> !one.isResident()).count();
      await(asked.size(), everybody ? asked.size() + 1 : patience.enough(away), over);
      for (Asked<T> one : asked) {
        if (one.thread.isAlive()) {
          one.cut();
        }
      }
    } catch (InterruptedException e) {
      asked.forEach(one -> one.thread.interrupt());
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while devices were working", e);
    }
    Map<DeviceId, T> results = new LinkedHashMap<>();
    for (Asked<T> one : asked) {
      Throwable failure = one.failure;
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof KulaException known) {
        throw known; // such as a full disk of this process, which is the operator's to mend
      }
      if (failure != null) {
        throw new IllegalStateException("a device could not be asked", failure);
      }
      DeviceId id = one.participant.id();
      if (!one.answered) {
        late.accept(id);
      }
      one.taken.ifPresent(result -> results.put(id, result));
    }
    return results;
  }

  /**
   * Until all are over, or enough have done their job and the others had their time; of everybody,
   * there are never enough.
   */
  private static <T> void await(int all, int enough, BlockingQueue<Asked<T>> over)
      throws InterruptedException {
    long start = System.nanoTime();
    int left = all;
    int answered = 0;
    while (left > 0 && answered < enough) {
      Asked<T> one = over.take();
      left--;
      answered += one.counts() ? 1 : 0;
    }
    long now = System.nanoTime();
    long end = Math.max(now + SHORT.toNanos(), start + SLOWER * (now - start));
    while (left > 0 && over.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS) != null) {
      left--;
    }
  }
}
