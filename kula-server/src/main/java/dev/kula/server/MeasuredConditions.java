package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.fleet.Conditions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Time as it goes by, and whoever is connected: a device joins when it first comes. */
final class MeasuredConditions implements Conditions {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private final List<DeviceId> members;
  private final Predicate<DeviceId> isPresent;
  private final Map<DeviceId, Integer> joined = new ConcurrentHashMap<>();
  private final int fewest;
  private final Consumer<String> troubles;

  /** When the first round began; 0 before. */
  private long start;

  /** Whether the round of the checkpoint will be begun again, in which nobody joins. */
  private boolean again;

  /**
   * Nobody has joined.
   *
   * @param members who may
   * @param isPresent whether one is connected now
   * @param fewest with how many a round may begin, at least 1
   * @param troubles is told in a line what a round waits for
   */
  MeasuredConditions(
      List<DeviceId> members,
      Predicate<DeviceId> isPresent,
      int fewest,
      Consumer<String> troubles) {
    this.members = List.copyOf(members);
    this.isPresent = isPresent;
    this.fewest = fewest;
    this.troubles = troubles;
  }

  /** Waits until there are enough: rounds without devices would only use up the run. */
  @Override
  public void begins(int round) {
    await();
    if (start == 0) {
      start = System.nanoTime();
    }
    if (again) {
      again = false;
      return;
    }
    members.stream().filter(isPresent).forEach(member -> joined.putIfAbsent(member, round));
  }

  private void await() {
    boolean told = false;
    try {
      while (members.stream().filter(isPresent).count() < fewest) {
        if (!told) {
          troubles.accept("the next round waits for %d devices".formatted(fewest));
          told = true;
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for devices", e);
    }
  }

  @Override
  public int joins(DeviceId device) {
    return joined.getOrDefault(device, Integer.MAX_VALUE);
  }

  @Override
  public boolean isAvailable(DeviceId device, int index, int round, int step) {
    return isPresent.test(device);
  }

  /** Not known here. */
  @Override
  public double inferenceSeconds(DeviceId device) {
    return 0;
  }

  /** Nothing: they have taken what time it took. */
  @Override
  public void advance(List<Worked> worked) {}

  @Override
  public Duration elapsed() {
    return start == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public void restore(Duration elapsed, Set<DeviceId> back) {
    start = System.nanoTime() - elapsed.toNanos();
    again = true;
    joined.clear();
    back.forEach(device -> joined.put(device, 0));
  }
}
