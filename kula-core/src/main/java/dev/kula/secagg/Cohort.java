package dev.kula.secagg;

import dev.kula.KulaException;
import java.util.Map;

/**
 * What a server knows once the vectors are in.
 *
 * @param sharers whose masks are on the vectors of their neighbours
 * @param survivors whose vectors are in the sum
 * @param maskKeys public keys by device
 */
record Cohort(Session session, Members sharers, Members survivors, Map<Integer, byte[]> maskKeys) {
  Members dropped() {
    return sharers.without(survivors);
  }

  /** Whether there is a mask of this device to take off the sum. */
  boolean isMasked(int member) {
    return survivors.contains(member)
        || session.graph().neighboursAmong(member, survivors).length > 0;
  }

  /** Refuses to go on if those who are still there cannot reveal all that must be. */
  void requireEnough(Members there) {
    if (survivors.size() < session.fewestSurvivors()) {
      throw KulaException.remote(
          "survivors are %d of %d, must be at least %d: wait longer, or start again with more"
              .formatted(survivors.size(), session.cohort(), session.fewestSurvivors()));
    }
    sharers.stream()
        .filter(this::isMasked)
        .forEach(
            member -> {
              int neighbours = session.graph().neighboursAmong(member, there).length;
              if (neighbours < session.threshold()) {
                throw KulaException.remote(
                    "neighbours of device %d that still answer are %d, must be at least the"
                            .formatted(member, neighbours)
                        + " threshold, %d: wait longer, or start again with more devices"
                            .formatted(session.threshold()));
              }
            });
  }
}
