package dev.kula.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.privacy.PrivacyBudget.Releases;
import dev.kula.privacy.PrivacyBudget.Shares;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.noise.GaussianMechanism;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class PrivacyBudgetTest {
  private static final double DELTA = 1e-5;

  @Property
  void aLedgerGrantsAllThatWasPlanned(
      @ForAll @DoubleRange(min = 0.01, max = 100) double epsilon,
      @ForAll @IntRange(max = 60) int profiles,
      @ForAll @IntRange(max = 60) int outcomes,
      @ForAll @IntRange(max = 60) int visits,
      @ForAll @IntRange(max = 60) int updates) {
    PrivacyBudget budget =
        PrivacyBudget.allocate(
            RenyiFilter.of(epsilon, DELTA), new Releases(profiles, outcomes, visits, updates));
    PrivacyLedger ledger = new PrivacyLedger(RenyiFilter.of(epsilon, DELTA));
    charge(ledger, "update", updates, budget.updateRho());
    charge(ledger, "profile", profiles, budget.profileRho());
    charge(ledger, "visit", visits, budget.visitRho());
    charge(ledger, "outcome", outcomes, budget.outcomeRho());
    assertEquals(budget.totalRho(), ledger.spentRho(), 1e-12 * ledger.spentRho());
    if (profiles + outcomes + visits + updates > 0) {
      assertEquals(epsilon, ledger.spentEpsilon(), 1e-6 * epsilon, "nothing is wasted");
    }
  }

  private static void charge(PrivacyLedger ledger, String purpose, int releases, double rho) {
    for (int i = 0; i < releases; i++) {
      assertTrue(ledger.charge(new Release(i, purpose), rho));
    }
  }

  @Test
  void dividesByShares() {
    PrivacyBudget budget =
        PrivacyBudget.allocate(
            RenyiFilter.of(8, DELTA), new Releases(5, 10, 0, 0), new Shares(0.75, 0.25, 0.9, 0));
    double rho = RenyiFilter.of(8, DELTA).limit();
    assertEquals(0.75 * rho / 5, budget.profileRho(), 1e-8);
    assertEquals(0.25 * rho / 10, budget.outcomeRho(), 1e-8);
    assertEquals(0, budget.visitRho());
    assertEquals(0, budget.updateRho());
  }

  @Test
  void infiniteEpsilonMeansNoNoise() {
    PrivacyBudget budget =
        PrivacyBudget.allocate(
            RenyiFilter.of(Double.POSITIVE_INFINITY, DELTA), new Releases(5, 0, 1, 0));
    assertEquals(Double.POSITIVE_INFINITY, budget.profileRho());
    assertEquals(0, budget.outcomeRho());
    assertEquals(0, new GaussianMechanism(1, budget.visitRho(), 10).stddev());
  }

  @Test
  void refusesNonsense() {
    assertThrows(IllegalArgumentException.class, () -> new Releases(-1, 0, 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            PrivacyBudget.allocate(
                RenyiFilter.of(1, DELTA), new Releases(1, 0, 0, 0), new Shares(0, 1, 1, 1)));
  }
}
