package dev.kula.secagg;

import dev.kula.KulaException;
import java.security.SecureRandom;

/** What all states of a device know. */
record Device(Session session, Codec codec, int self, Identity identity, SecureRandom random) {
  int threshold() {
    return session.threshold();
  }

  void requireEnough(int neighbours, String what) {
    if (neighbours < threshold()) {
      throw KulaException.remote(
          "%s are %d neighbours of device %d, must be at least the threshold, %d: start again with"
                  .formatted(what, neighbours, self, threshold())
              + " more devices");
    }
  }

  void requireNeighbour(int other, String what) {
    if (!session.graph().adjacent(self, other)) {
      throw KulaException.remote(
          "%s is device %d, must be a neighbour of device %d".formatted(what, other, self));
    }
  }
}
