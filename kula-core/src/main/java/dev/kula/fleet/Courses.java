package dev.kula.fleet;

import dev.kula.data.DeviceId;
import dev.kula.device.Situation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What devices of a simulation come into while it goes on. Immutable and thread safe.
 *
 * @param situations of each device, by ascending round; a device that is not there is in the
 *     situation that it was made in, from the beginning to the end
 */
public record Courses(Map<DeviceId, List<Situation>> situations) {
  public Courses {
    situations = new HashMap<>(situations);
    // Asked of every device in each step of a round.
    situations.values().removeIf(List::isEmpty);
  }

  /** Nothing changes. */
  public static Courses still() {
    return new Courses(Map.of());
  }

  /** Round in which a device joins; 0 if it is there from the beginning. */
  public int joins(DeviceId device) {
    List<Situation> own = situations.getOrDefault(device, List.of());
    return own.isEmpty() ? 0 : own.getFirst().round();
  }

  /** The situation that a device comes into in one of the rounds after {@code from}. */
  public Optional<Situation> met(DeviceId device, int from, int to) {
    Situation met = null;
    for (Situation situation : situations.getOrDefault(device, List.of())) {
      if (situation.round() > from && situation.round() <= to) {
        met = situation;
      }
    }
    return Optional.ofNullable(met);
  }
}
