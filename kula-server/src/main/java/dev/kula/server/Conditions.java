package dev.kula.server;

import dev.kula.data.DeviceId;
import java.time.Duration;
import java.util.List;

/** The time of a fleet, and who is there when: measured, or as a simulation would have it. */
public interface Conditions {
  /** Round in which a device joins; 0 if it is there from the beginning. */
  int joins(DeviceId device);

  /**
   * Whether a device answers in a step of a round.
   *
   * @param index of the device among all
   */
  boolean isAvailable(DeviceId device, int index, int round, int step);

  /** What one forward pass takes on a device; 0 if unknown. */
  double inferenceSeconds(DeviceId device);

  /** Devices have worked, at the same time. */
  void advance(List<Worked> worked);

  /** Time since the start of the run. */
  Duration elapsed();

  /** So much time has gone before this process began. */
  void restore(Duration elapsed);

  /**
   * What a device did in a step.
   *
   * @param bytesIn taken in
   * @param passes forward passes
   * @param bytesOut sent
   */
  record Worked(DeviceId device, long bytesIn, double passes, long bytesOut) {}
}
