package dev.kula.server;

import java.time.Duration;

/**
 * How long a server waits for a device. Whoever takes longer is left out of what the rest of the
 * fleet does, until the next round.
 *
 * @param job for the result of a job, positive
 * @param absence for a device that is not connected to come back, positive
 */
public record Patience(Duration job, Duration absence) {
  public Patience {
    requirePositive("job", job);
    requirePositive("absence", absence);
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("%s is %s, must be positive".formatted(name, value));
    }
  }
}
