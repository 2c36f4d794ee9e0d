package dev.kula.round;

import java.util.List;
import java.util.Optional;

/**
 * When to stop before the round limit. Looks only at what servers see anyway: the cohort's training
 * loss, smoothed, and the share of recent swaps that went through. Where a round had no cohort, it
 * says nothing.
 *
 * @param enabled whether to stop early at all
 * @param smoothing rounds averaged over
 * @param patience rounds without improvement
 * @param improvement least relative improvement of the smoothed loss that counts
 * @param acceptance share of the swaps of the last {@code patience} rounds, accepted, from which on
 *     the run goes on
 */
public record Convergence(
    boolean enabled, int smoothing, int patience, double improvement, double acceptance) {
  /** Smoothed over 5, patience 10, improvement 0.1 %, acceptance 5 %. */
  public static Convergence defaults() {
    return new Convergence(true, 5, 10, 0.001, 0.05);
  }

  /** Always the full number of rounds. */
  public static Convergence off() {
    return new Convergence(false, 5, 10, 0.001, 0.05);
  }

  /** Why the run should stop after the last of these rounds; empty if it should go on. */
  Optional<String> reason(List<RoundRecord> history) {
    int rounds = history.size();
    if (!enabled || rounds < smoothing + patience) {
      return Optional.empty();
    }
    if (history.subList(rounds - smoothing - patience, rounds).stream()
        .anyMatch(round -> round.cohort() == 0)) {
      return Optional.empty(); // no loss to judge by, as where devices train alone
    }
    double before = smoothed(history, rounds - patience);
    double best = Double.POSITIVE_INFINITY;
    for (int end = rounds - patience + 1; end <= rounds; end++) {
      best = Math.min(best, smoothed(history, end));
    }
    SwapCounts then = history.get(rounds - patience - 1).swaps();
    SwapCounts now = history.getLast().swaps();
    int settled =
        now.accepted()
            + now.rejected()
            + now.expired()
            - then.accepted()
            - then.rejected()
            - then.expired();
    boolean swapping = settled > 0 && now.accepted() - then.accepted() >= acceptance * settled;
    if (best < before * (1 - improvement) || swapping) {
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
