package dev.kula.app;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The fate of one connection.
 *
 * @param toServer by how much each piece comes later that goes to the server
 * @param toDevice likewise the other way. Over TCP, pieces of one connection stay in order; those
 *     of different connections overtake each other, because they are not equally late
 * @param bytes after how many, both ways together, {@code end} comes
 * @param then what it does to a process
 */
record Passage(
    Duration toServer,
    Duration toDevice,
    int bytes,
    Fault.OfConnection end,
    Optional<Fault.OfProcess> then) {

  /** One that is cut after some number of bytes. */
  static Passage cut(RandomGenerator random, int least, int most) {
    return new Passage(
        Duration.ZERO,
        Duration.ZERO,
        random.nextInt(least, most + 1),
        new Fault.Cut(),
        Optional.empty());
  }
}
