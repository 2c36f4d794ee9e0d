package dev.kula.benchmarks;

import dev.kula.Seed;
import dev.kula.benchmarks.TradingFleet.Conduct;
import dev.kula.benchmarks.TradingFleet.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What reputations leave to those who attack them, as a Markdown table: the quota that an attacker
 * keeps beside that of an honest device, all that its party keeps, and what of it reaches honest
 * receivers; means over twenty seeds, of the last ten of 40 plannings. Takes half a minute.
 */
public final class ReputationUnderAttack {
  private static final int SEEDS = 20;

  private ReputationUnderAttack() {}

  /** Prints the table. */
  public static void main(String[] arguments) {
    for (double epsilon : new double[] {Double.POSITIVE_INFINITY, 8}) {
      System.out.printf(
          Locale.ROOT,
          "%nOutcomes %s:%n%n",
          Double.isInfinite(epsilon) ? "without noise" : "noised at ε = 8");
      System.out.println(
          "| attack | honest quota | attacker's quota | party's quotas | poisoned | unanswered |");
      System.out.println("|---|---:|---:|---:|---:|---:|");
      for (Conduct conduct : Conduct.values()) {
        row(conduct, conduct.text, epsilon, true);
        if (conduct == Conduct.LATE_SYBILS || conduct == Conduct.WHITEWASHING) {
          row(conduct, "the same, where late names are as others", epsilon, false);
        }
      }
    }
  }

  private static void row(Conduct conduct, String text, double epsilon, boolean knowsNewcomers) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      outcomes.add(new TradingFleet(conduct, epsilon, knowsNewcomers, new Seed(seed)).run());
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %s | %s | %.1f %% | %.1f %% |%n",
        text,
        mean(outcomes, Outcome::honestQuota),
        conduct == Conduct.NONE ? "–" : "%.2f".formatted(mean(outcomes, Outcome::attackerQuota)),
        conduct == Conduct.NONE ? "–" : "%.1f".formatted(mean(outcomes, Outcome::party)),
        100 * mean(outcomes, Outcome::harm),
        100 * mean(outcomes, Outcome::starved));
  }

  private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> what) {
    return outcomes.stream().mapToDouble(what).average().orElseThrow();
  }
}
