package dev.kula.fleet;

import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Updates on their way to the server in virtual time, and which of them a round counts: so that a
 * fleet in processes of its own, in a rehearsal, counts the same as one in this process.
 *
 * <p>Not thread safe.
 */
public final class Arrivals {
  private static final Comparator<Pending> FIRST_COME =
      Comparator.comparingLong(Pending::nanos).thenComparing(Pending::device);

  private final Pace pace;
  private final List<Pending> pending = new ArrayList<>();

  /** Nothing is on its way. */
  public Arrivals(Pace pace) {
    this.pace = pace;
  }

  /**
   * What a device made of the model of this round.
   *
   * @param update in memory of its own; empty if it sends none
   * @param worked for it
   */
  public record Sent(DeviceId device, Optional<Update> update, Conditions.Worked worked) {}

  /**
   * What a round counts.
   *
   * @param updates in the order in which they came, discounted
   * @param until when the last of them came, since the start of the run
   */
  public record Counted(List<Arrived> updates, Duration until) {}

  /** An update that counts, as it counts. */
  public record Arrived(DeviceId device, Update update) {}

  /**
   * An update on its way.
   *
   * @param device whose it is
   * @param round in which it was begun
   * @param nanos when it comes, since the start of the run
   * @param delta the change
   * @param weight what it counts in the mean
   * @param trainingLoss mean loss in the last local epoch
   * @param steps gradient steps
   */
  public record Pending(
      String device,
      int round,
      long nanos,
      float[] delta,
      double weight,
      double trainingLoss,
      int steps) {
    private Arrived arrived(int now) {
      Update update = new Update(delta, weight, trainingLoss).inSteps(steps);
      return new Arrived(new DeviceId(device), Pace.Buffer.discounted(update, now - round));
    }
  }

  /** How many updates a cohort sends, whether they count or not: they travel all the same. */
  public static int updates(List<Sent> sent) {
    return (int) sent.stream().filter(one -> one.update().isPresent()).count();
  }

  /**
   * Whether a device trains, or what it sends waits for a buffer to be full: so nobody is in a
   * buffer twice, and as many begin in a round as the one before has counted.
   */
  public boolean isAtWork(DeviceId device) {
    return pending.stream().anyMatch(one -> one.device().equals(device.name()));
  }

  /** Waits for all who are at work; what they bring comes too late. */
  public void gather(Conditions conditions) {
    pending.forEach(one -> conditions.advanceTo(Duration.ofNanos(one.nanos())));
    pending.clear();
  }

  /**
   * A cohort has been sent a model.
   *
   * @param round of the model
   * @param sent by the cohort, each its update or that it has none
   * @param conditions virtual ones
   */
  public Counted take(int round, List<Sent> sent, Conditions conditions) {
    List<Sent> updates = sent.stream().filter(one -> one.update().isPresent()).toList();
    return switch (pace) {
      case Pace.All all -> first(updates, updates.size(), conditions);
      case Pace.First first -> first(updates, first.of(updates.size()), conditions);
      case Pace.Buffer buffer -> buffered(round, updates, buffer.updates(), conditions);
    };
  }

  private static Counted first(List<Sent> updates, int enough, Conditions conditions) {
    List<Sent> counted =
        updates.stream()
            .sorted(
                Comparator.comparingLong((Sent one) -> arrives(one, conditions))
                    .thenComparing(Sent::device))
            .limit(enough)
            .toList();
    return new Counted(
        counted.stream().map(one -> new Arrived(one.device(), one.update().orElseThrow())).toList(),
        counted.isEmpty()
            ? conditions.elapsed()
            : Duration.ofNanos(arrives(counted.getLast(), conditions)));
  }

  private Counted buffered(int round, List<Sent> updates, int enough, Conditions conditions) {
    for (Sent one : updates) {
      Update update = one.update().orElseThrow();
      pending.add(
          new Pending(
              one.device().name(),
              round,
              arrives(one, conditions),
              update.delta(),
              update.weight(),
              update.trainingLoss(),
              update.steps()));
    }
    pending.sort(FIRST_COME);
    List<Pending> counted = List.copyOf(pending.subList(0, Math.min(enough, pending.size())));
    pending.subList(0, counted.size()).clear();
    long until =
        Math.max(conditions.elapsed().toNanos(), counted.isEmpty() ? 0 : counted.getLast().nanos());
    return new Counted(
        counted.stream().map(one -> one.arrived(round)).toList(), Duration.ofNanos(until));
  }

  private static long arrives(Sent sent, Conditions conditions) {
    double seconds = conditions.seconds(sent.worked()).orElseThrow();
    return conditions.elapsed().toNanos() + Math.round(seconds * 1e9);
  }

  /** What is on its way, for a checkpoint. */
  public List<Pending> state() {
    return List.copyOf(pending);
  }

  /** Puts back what {@link #state} gave. */
  public void restore(List<Pending> state) {
    pending.clear();
    pending.addAll(state);
  }
}
