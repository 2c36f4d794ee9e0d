package dev.kula.round;

import java.util.List;
import java.util.Optional;

/**
 * When to stop before the round limit. Looks at the cohort's training loss, smoothed, and at
 * nothing else: that much the servers see anyway, while personal losses, test results and the
 * gate's verdicts are not theirs to see.
 *
 * @param enabled whether to stop early at all
 * @param smoothing rounds averaged over
 * @param patience rounds without improvement
 * @param improvement least relative improvement of the smoothed loss that counts
 */
public record Convergence(boolean enabled, int smoothing, int patience, double improvement) {
  /** Smoothed over 5, patience 10, improvement 0.1 %. */
  public static Convergence defaults() {
    return new Convergence(true, 5, 10, 0.001);
  }

  /** Always the full number of rounds. */
  public static Convergence off() {
    return new Convergence(false, 5, 10, 0.001);
  }

  /** Why the run should stop after the last of these rounds; empty if it should go on. */
  Optional<String> reason(List<RoundRecord> history) {
    int rounds = history.size();
    if (!enabled || rounds < smoothing + patience) {
      return Optional.empty();
    }
    boolean trained =
        history.subList(rounds - smoothing - patience, rounds).stream()
            .allMatch(round -> round.cohort() > 0);
    double before = smoothed(history, rounds - patience);
    double best = Double.POSITIVE_INFINITY;
    for (int end = rounds - patience + 1; end <= rounds; end++) {
      best = Math.min(best, smoothed(history, end));
    }
    if (!trained || best < before * (1 - improvement)) {
      return Optional.empty();
    }
    return Optional.of(
        "converged: training loss improved by less than %.1f %% in %d rounds"
            .formatted(100 * improvement, patience));
  }

  private double smoothed(List<RoundRecord> history, int end) {
    return history.subList(end - smoothing, end).stream()
        .mapToDouble(RoundRecord::trainingLoss)
        .average()
        .orElseThrow();
  }
}
