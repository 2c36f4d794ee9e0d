package dev.kula.app;

import dev.kula.Seed;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * All that a seed says of a run: the fate of each connection of each member, and whose certificate
 * runs out. The one place where faults are drawn; the same seed always draws the same for the same
 * connection of the same member. When connections are made, and how many, is not drawn.
 *
 * @param members devices, and then the monitor
 */
record Fates(Seed seed, int members) {
  private static final int LEAST_BYTES = 5_000;
  private static final int MOST_BYTES = 25_000;
  private static final int MOST_LATE_MILLIS = 12;

  /** Certificates hold for 90 days, from an hour before. */
  private static final Duration AHEAD = Duration.ofDays(200);

  private static final Duration BACK = Duration.ofDays(-30);

  /** The fate of a connection; they are counted from 0. */
  Passage passage(int member, long connection) {
    RandomGenerator random =
        seed.derive("connection").derive(member).derive(connection).generator();
    return new Passage(
        late(random),
        late(random),
        random.nextInt(LEAST_BYTES, MOST_BYTES + 1),
        end(random),
        then(member, random));
  }

  /** Half of the connections are as fast as they can be. */
  private static Duration late(RandomGenerator random) {
    return Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(1, MOST_LATE_MILLIS + 1));
  }

  private static Fault.OfConnection end(RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new Fault.Partition(millis(random, 50, 400));
      case 2 -> new Fault.Loss(random.nextBoolean(), millis(random, 50, 300));
      case 3 -> new Fault.HalfOpen(millis(random, 50, 300));
      default -> new Fault.Cut();
    };
  }

  private static Optional<Fault.OfProcess> then(int member, RandomGenerator random) {
    return Optional.ofNullable(
        switch (random.nextInt(16)) {
          case 0, 1, 2, 3 -> new Fault.StopMember(member);
          case 4 -> new Fault.StopServer();
          case 5, 6 -> new Fault.FullDisk(member, millis(random, 50, 400));
          case 7 -> new Fault.FullServerDisk(millis(random, 50, 400));
          case 8, 9 -> new Fault.Clock(member, jump(random), millis(random, 50, 400));
          case 10 -> new Fault.ServerClock(jump(random), millis(random, 50, 400));
          default -> null;
        });
  }

  private static Duration jump(RandomGenerator random) {
    return random.nextBoolean() ? AHEAD : BACK;
  }

  private static Duration millis(RandomGenerator random, int least, int most) {
    return Duration.ofMillis(random.nextInt(least, most + 1));
  }

  /** Who needs another certificate, and when; certificates count in whole seconds. */
  Fault.Expiry expiry() {
    RandomGenerator random = seed.derive("expiry").generator();
    return new Fault.Expiry(random.nextInt(members), Duration.ofSeconds(random.nextInt(2, 5)));
  }
}
