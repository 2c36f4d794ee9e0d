package dev.kula.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.accounting.RenyiFilter;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PrivacyLedgerTest {
  private static final double DELTA = 1e-5;
  private static final Release FIRST = new Release(1, "profile");
  private static final Release SECOND = new Release(2, "profile");

  @Test
  void chargesARetryOnce() {
    PrivacyLedger ledger = new PrivacyLedger(RenyiFilter.of(8, DELTA));
    assertTrue(ledger.charge(FIRST, 0.5));
    assertTrue(ledger.charge(FIRST, 0.5));
    assertEquals(0.5, ledger.spentRho());
    assertEquals(5.087862, ledger.spentEpsilon(), 1e-6);
    assertThrows(IllegalArgumentException.class, () -> ledger.charge(FIRST, 0.6));
  }

  @Test
  void refusesWhatDoesNotFitAndRemembersTheFirst() {
    PrivacyLedger ledger = new PrivacyLedger(RenyiFilter.of(8, DELTA));
    assertTrue(ledger.charge(FIRST, 1));
    assertFalse(ledger.isSpent());
    assertFalse(ledger.charge(SECOND, 0.5));
    assertFalse(ledger.charge(new Release(3, "profile"), 0.5));
    assertEquals(Optional.of(SECOND), ledger.firstRefusal());
    assertTrue(ledger.isSpent());
    assertEquals(1, ledger.spentRho());
    assertTrue(ledger.charge(FIRST, 1), "a retry of what was paid for is still allowed");
  }

  @Test
  void isInfiniteOnceAnythingLeftWithoutNoise() {
    PrivacyLedger ledger = new PrivacyLedger(RenyiFilter.of(8, DELTA));
    ledger.charge(FIRST, 0.2);
    ledger.withoutNoise("raw swap");
    assertEquals(Double.POSITIVE_INFINITY, ledger.epsilon());
    assertEquals(3.887862, ledger.spentEpsilon(), 1e-6);
    assertEquals(List.of("raw swap"), List.copyOf(ledger.releasesWithoutNoise()));
  }

  @Test
  void withNoiseOffRecordsInsteadOfRefusing() {
    PrivacyLedger ledger = new PrivacyLedger(RenyiFilter.of(Double.POSITIVE_INFINITY, DELTA));
    assertTrue(ledger.charge(FIRST, Double.POSITIVE_INFINITY));
    assertEquals(0, ledger.spentEpsilon());
    assertEquals(Double.POSITIVE_INFINITY, ledger.epsilon());
    assertEquals(List.of("profile"), List.copyOf(ledger.releasesWithoutNoise()));
    assertFalse(
        new PrivacyLedger(RenyiFilter.of(8, DELTA)).charge(FIRST, Double.POSITIVE_INFINITY));
  }

  @Property
  void neverExceedsItsLimitAndSurvivesACheckpoint(
      @ForAll @DoubleRange(min = 0.1, max = 20) double epsilon,
      @ForAll @Size(max = 40) List<@DoubleRange(min = 0, max = 0.5) Double> prices) {
    PrivacyLedger ledger = new PrivacyLedger(RenyiFilter.of(epsilon, DELTA));
    PrivacyLedger resumed = new PrivacyLedger(RenyiFilter.of(epsilon, DELTA));
    for (int i = 0; i < prices.size(); i++) {
      Release release = new Release(i, "visit");
      double before = ledger.spentRho();
      boolean charged = ledger.charge(release, prices.get(i));
      assertEquals(charged ? before + prices.get(i) : before, ledger.spentRho());
      assertEquals(charged, resumed.charge(release, prices.get(i)));
      resumed = PrivacyLedger.restore(resumed.state());
    }
    assertTrue(ledger.spentEpsilon() <= epsilon * (1 + 1e-12));
    assertEquals(ledger.state(), resumed.state());
    assertEquals(ledger.spentRho(), resumed.spentRho());
  }
}
