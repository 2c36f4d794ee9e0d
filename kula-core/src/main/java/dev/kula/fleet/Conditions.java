package dev.kula.fleet;

import dev.kula.data.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** The time of a fleet, and who is there when: measured, or as a simulation would have it. */
public interface Conditions {
  /**
   * Round in which a device joins; 0 if it is there from the beginning, and {@link
   * Integer#MAX_VALUE} if nobody knows yet.
   */
  int joins(DeviceId device);

  /** A round begins. Where it is measured who is there, who is for the first time joins in it. */
  default void begins(int round) {}

  /**
   * Whether a device answers in a step of a round.
   *
   * @param index of the device among all
   */
  boolean isAvailable(DeviceId device, int index, int round, int step);

  /**
   * Devices that answer in a step of a round, in the order of their names. Devices come and go
   * between the steps of a round, but stay while they join.
   *
   * @param enrolled all devices, in the order of their names
   * @param begun round that has begun last; −1 for none
   * @param at step of the round
   */
  default List<DeviceId> available(List<DeviceId> enrolled, int begun, int round, int at) {
    List<DeviceId> present = new ArrayList<>();
    for (int i = 0; i < enrolled.size(); i++) {
      DeviceId device = enrolled.get(i);
      boolean joins = round == joins(device);
      if (isHere(device, begun) && (joins || isAvailable(device, i, round, at))) {
        present.add(device);
      }
    }
    return present;
  }

  /** Devices that join when a round begins, after {@code before} had begun. */
  default List<DeviceId> joining(List<DeviceId> enrolled, int before, int round) {
    return enrolled.stream()
        .filter(device -> joins(device) > before && joins(device) <= round)
        .toList();
  }

  /** Whether a device has joined. */
  default boolean isHere(DeviceId device, int begun) {
    return joins(device) <= Math.max(0, begun);
  }

  /** What one forward pass takes on a device; 0 if unknown. */
  double inferenceSeconds(DeviceId device);

  /** Whether time passes as devices are said to work, and not as it passes for this process. */
  default boolean isVirtual() {
    return false;
  }

  /** How long that takes in virtual time; empty where time is measured. */
  default OptionalDouble seconds(Worked worked) {
    return OptionalDouble.empty();
  }

  /**
   * Virtual time goes on to {@code time}, if it has not come so far; measured time goes by itself.
   */
  default void advanceTo(Duration time) {}

  /** Devices have worked, at the same time. */
  void advance(List<Worked> worked);

  /** Time since the start of the run. */
  Duration elapsed();

  /**
   * A run goes on after a checkpoint.
   *
   * @param elapsed time that had gone by then
   * @param back devices that are as they were then
   */
  void restore(Duration elapsed, Set<DeviceId> back);

  /**
   * What a device did in a step.
   *
   * @param bytesIn taken in
   * @param passes forward passes
   * @param bytesOut sent
   */
  record Worked(DeviceId device, long bytesIn, double passes, long bytesOut) {}
}
