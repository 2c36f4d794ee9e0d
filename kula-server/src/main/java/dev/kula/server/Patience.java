package dev.kula.server;

import java.time.Duration;

/**
 * How long a server waits for a device. Whoever takes longer is left out of what the rest of the
 * fleet does, until the next round.
 *
 * @param job for the result of a job, positive
 * @param absence for a device that is not connected to come back, positive
 * @param quorum share of those at work whose answers are enough, in (0, 1]: when they are there,
 *     the others may take three times as long as these did, and at least two seconds more. With 1,
 *     each is waited for, and the same devices give the same result however fast they are
 */
public record Patience(Duration job, Duration absence, double quorum) {
  public Patience {
    requirePositive("job", job);
    requirePositive("absence", absence);
    if (!(quorum > 0 && quorum <= 1)) {
      throw new IllegalArgumentException("quorum is %s, must be in (0, 1]".formatted(quorum));
    }
  }

  /** Waits for everybody. */
  public Patience(Duration job, Duration absence) {
    this(job, absence, 1);
  }

  /** How many answers of so many are enough. */
  int enough(int asked) {
    return (int) Math.ceil(quorum * asked);
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("%s is %s, must be positive".formatted(name, value));
    }
  }
}
