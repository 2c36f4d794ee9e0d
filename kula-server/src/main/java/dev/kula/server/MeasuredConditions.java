package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.fleet.Conditions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Time as it goes by, and whoever is connected: a device joins when it first comes. */
final class MeasuredConditions implements Conditions {
  private final List<DeviceId> members;
  private final Predicate<DeviceId> isPresent;
  private final Map<DeviceId, Integer> joined = new ConcurrentHashMap<>();
  private long start = System.nanoTime();

  /** Whether the round of the checkpoint will be begun again, in which nobody joins. */
  private boolean again;

  /**
   * Nobody has joined.
   *
   * @param members who may
   * @param isPresent whether one is connected now
   */
  MeasuredConditions(List<DeviceId> members, Predicate<DeviceId> isPresent) {
    this.members = List.copyOf(members);
    this.isPresent = isPresent;
  }

  @Override
  public void begins(int round) {
    if (again) {
      again = false;
      return;
    }
    members.stream().filter(isPresent).forEach(member -> joined.putIfAbsent(member, round));
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
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public void restore(Duration elapsed, Set<DeviceId> back) {
    start = System.nanoTime() - elapsed.toNanos();
    again = true;
    joined.clear();
    back.forEach(device -> joined.put(device, 0));
  }
}
