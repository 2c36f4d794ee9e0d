package dev.kula.client;

import dev.kula.device.PointerEvent;
import java.util.List;

/**
 * The owner of a device's samples, who learns what the server does not. Called by the thread that
 * does the device's jobs; what it throws ends that.
 *
 * <p>A device that was killed does its jobs again, and tells all of it again, in the same words.
 */
public interface Owner {
  /** Something could not be done, which the server is not told; in a line. */
  void trouble(String line);

  /**
   * Pointers to samples were granted or used, in this order.
   *
   * @param run of the fleet in which that was
   * @param delivery by which, counted in the run from when the device first took part
   */
  void moved(String run, long delivery, List<PointerEvent> events);
}
