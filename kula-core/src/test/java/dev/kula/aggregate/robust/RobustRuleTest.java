package dev.kula.aggregate.robust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.Update;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Examples worked out by hand, and what is refused. */
final class RobustRuleTest {
  @Test
  void medianOfAnEvenNumberIsBetween() {
    assertArrayEquals(
        new float[] {2.5f, 0f}, combine("median", row(1, 0), row(2, 0), row(3, 5), row(1000, -5)));
  }

  @Test
  void trimmedMeanLeavesOutBothEnds() {
    // A quarter of five is 1.25: one at either end.
    assertArrayEquals(
        new float[] {3f}, combine("trimmed-mean:0.25", row(-100), row(2), row(3), row(4), row(99)));
  }

  @Test
  void normsAreBoundedByTheirMedian() {
    // Norms 5, 10 and 50: (3, 4) stays, (0, 10) stays, (50, 0) becomes (10, 0).
    assertArrayEquals(
        new float[] {13 / 3f, 14 / 3f}, combine("norm-bound", row(3, 4), row(0, 10), row(50, 0)));
  }

  @Test
  void normsAreBoundedByANumberAndWeighed() {
    // (3, 4) becomes (0.6, 0.8); (0, 1) counts three times.
    float[] combined =
        RobustRule.parse("norm-bound:1")
            .combine(List.of(row(3, 4), row(0, 1)), new double[] {1, 3}, new Seed(1).generator());
    assertArrayEquals(new float[] {0.15f, 0.95f}, combined, 1e-7f);
  }

  @Test
  void krumTakesTheOneWithTheClosestNeighbours() {
    // f = 1 of 5: the two nearest count. 0: 1+9, 1: 1+4, 3: 4+9, 6: 9+25, 50: far.
    assertArrayEquals(row(1), combine("krum:1", row(50), row(0), row(1), row(3), row(6)));
  }

  @Test
  void krumTiesGoToTheSmaller() {
    // f = 0 of 3: the nearest counts, and 0 and 1 are each other's.
    assertArrayEquals(row(0), combine("krum:0", row(9), row(1), row(0)));
  }

  @Test
  void multiKrumAveragesTheBest() {
    // Scores as above, 10, 5, 13, 34: two of five are kept.
    assertArrayEquals(row(0.5f), combine("multi-krum:1", row(50), row(0), row(1), row(3), row(6)));
    assertArrayEquals(row(1), combine("multi-krum:1:1", row(50), row(0), row(1), row(3), row(6)));
  }

  @Test
  void bulyanAveragesAroundTheMedianOfTheChosen() {
    // f = 1 of 7: five are chosen, of which three are averaged. Four neighbours count: 0 has
    // 1+4+9+16 = 30, 1 has 15, 2 has 10, 3 has 15, 4 has 30. 2 is chosen; of six, three count: 0
    // has
    // 1+9+16, 1 has 1+4+9 = 14, as 3. 1 is chosen; of five, two: 0 has 9+16, 3 has 1+9 = 10, 4 has
    // 1+16. 3 is chosen; of four, 0, 4, 90 and -80, one: 0 and 4 have 16. 0 is chosen; of three
    // one: 4 has 84², 90 has 86², -80 has 84². -80 is chosen, as it is smaller. The median of -80,
    // 0, 1, 2, 3 is 1.
    assertArrayEquals(
        row(1), combine("bulyan:1", row(0), row(1), row(2), row(3), row(4), row(90), row(-80)));
  }

  @Test
  void geometricMedianOfATriangleIsItsFermatPoint() {
    // Right angle with legs of 1: all sides of the triangle are seen under 120 degrees from here.
    double at = (3 - Math.sqrt(3)) / 6;
    float[] combined = combine("geometric-median:200", row(0, 0), row(1, 0), row(0, 1));
    assertArrayEquals(new float[] {(float) at, (float) at}, combined, 1e-5f);
  }

  @Test
  void geometricMedianOnALineIsTheWeightedMedian() {
    float[] combined =
        RobustRule.parse("geometric-median:500")
            .combine(
                List.of(row(0), row(1), row(10)), new double[] {1, 1, 5}, new Seed(1).generator());
    assertArrayEquals(row(10), combined, 1e-3f);
  }

  @Test
  void aRootScoresByTheCosine() {
    // Norm of the root 2. (3, 0) has cosine 1 and becomes (2, 0); (5, 5) has √½ and becomes (√2,
    // √2); (-1, 0) and (0, 7) have none. ((2, 0) + √½ (√2, √2)) / (1 + √½) = (3, 1) / 1.7071.
    Cohort cohort =
        Cohort.of(List.of(row(3, 0), row(5, 5), row(-1, 0), row(0, 7)), new double[] {1, 1, 1, 1})
            .withRoot(row(2, 0));
    float[] combined = new TrustedRoot().combine(cohort, new Seed(1).generator());
    double total = 1 + Math.sqrt(0.5);
    assertArrayEquals(new float[] {(float) (3 / total), (float) (1 / total)}, combined, 1e-6f);
  }

  @Test
  void whatNobodyBacksLeavesTheModel() {
    Cohort cohort = Cohort.of(List.of(row(-1, 0), row(0, 0)), new double[] {1, 1});
    TrustedRoot rule = new TrustedRoot();
    for (float[] root : List.of(row(1, 0), row(0, 0))) {
      assertArrayEquals(row(0, 0), rule.combine(cohort.withRoot(root), new Seed(1).generator()));
    }
  }

  @Test
  void bucketsOfAllAreTheMean() {
    assertArrayEquals(row(3), combine("bucketing:4:median", row(1), row(2), row(3), row(6)));
  }

  @Test
  void updatesOfDevicesAreCombined() {
    Cohort cohort = Cohort.of(List.of(new Update(row(3), 5, 0), new Update(row(1), 2, 0)));
    assertEquals(2, cohort.size());
    assertEquals(1, cohort.parameters());
    assertArrayEquals(new double[] {2, 5}, cohort.weights());
    assertArrayEquals(row(2), new CoordinateMedian().combine(cohort, new Seed(1).generator()));
  }

  /** The smallest cohort, and one less. */
  @ParameterizedTest
  @CsvSource({
    "norm-bound, 2, 5",
    "norm-bound:1, 2, 3",
    "median, 0, 1",
    "median, 3, 7",
    "geometric-median, 3, 7",
    "trimmed-mean:0.25, 2, 9",
    "trimmed-mean:0.3, 3, 11",
    "trimmed-mean:0.49, 10, 21",
    "trimmed-mean:0, 0, 1",
    "krum:3, 3, 9",
    "krum:3, 1, 9",
    "multi-krum:3, 3, 9",
    "multi-krum:3:8, 3, 13",
    "bulyan:2, 2, 11",
    "bucketing:2:median, 2, 9",
    "bucketing:3:krum:1, 1, 13"
  })
  void theSmallestCohort(String name, int attackers, int needed) {
    RobustRule rule = RobustRule.parse(name);
    assertEquals(needed, rule.needed(attackers));
    rule.check(needed, attackers);
    rule.check(needed + 1, attackers);
    if (needed > 1) {
      assertThrows(KulaException.class, () -> rule.check(needed - 1, attackers));
    }
  }

  @Test
  void aRootStandsAnyNumber() {
    TrustedRoot rule = new TrustedRoot();
    rule.check(5, 5);
    assertEquals(1, rule.needed(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "krum:2 | 6 | 2 | rule 'krum:2' has a cohort of 6, must be at least 2f + 3 = 7; take more"
            + " devices a round, or a rule for fewer attackers",
        "krum:2 | 20 | 3 | rule 'krum:2' has 3 attackers, must be at most the 2 that it is made for;"
            + " raise its number",
        "multi-krum:2:9 | 12 | 1 | rule 'multi-krum:2:9' keeps 9 of 12 updates, must be at most n - f"
            + " - 2 = 8; keep fewer, or take more devices a round",
        "bulyan:1 | 6 | 0 | rule 'bulyan:1' has a cohort of 6, must be at least 4f + 3 = 7; take more"
            + " devices a round, or a rule for fewer attackers",
        "trimmed-mean:0.2 | 10 | 2 | rule 'trimmed-mean:0.2' has share 0.2, must be above the"
            + " attackers' 2/10 and below 0.5; raise the share, or take more devices a round",
        "median | 4 | 2 | rule 'median' has a cohort of 4, must be at least 2f + 1 = 5; take more"
            + " devices a round, or a rule for fewer attackers",
        "median | 0 | 0 | the cohort is 0, must be 1 or more; take more devices a round",
        "median | 4 | 5 | attackers is 5, must be from 0 to the cohort's 4; count updates that may be"
            + " made up",
        "bucketing:2:median | 8 | 2 | rule 'bucketing:2:median' makes 4 buckets of 8 updates, of which"
            + " attackers may spoil 2: rule 'median' has a cohort of 4, must be at least 2f + 1 = 5;"
            + " take more devices a round, or a rule for fewer attackers"
      })
  void whatARuleDoesNotStandIsRefused(String name, int cohort, int attackers, String message) {
    RobustRule rule = RobustRule.parse(name);
    KulaException refused = assertThrows(KulaException.class, () -> rule.check(cohort, attackers));
    assertEquals(message, refused.getMessage());
    assertEquals(KulaException.Blame.USER, refused.blame());
  }

  @Test
  void cohortsTooSmallToCombineAreRefused() {
    for (String name : List.of("krum:1", "multi-krum:1", "bulyan:1", "bucketing:2:krum:1")) {
      assertThrows(KulaException.class, () -> combine(name, row(1), row(2), row(3), row(4)));
    }
  }

  @Test
  void aShareOfNothingStandsNoAttacker() {
    assertThrows(KulaException.class, () -> RobustRule.parse("trimmed-mean:0").needed(1));
    assertThrows(KulaException.class, () -> RobustRule.parse("trimmed-mean:1e-9").needed(1000));
    assertThrows(KulaException.class, () -> RobustRule.parse("krum:1").needed(2));
    assertThrows(
        KulaException.class, () -> RobustRule.parse("bucketing:900000:median").needed(900_000));
  }

  @Test
  void aMissingRootIsRefused() {
    for (String name : List.of("trusted-root", "bucketing:2:trusted-root")) {
      KulaException refused =
          assertThrows(KulaException.class, () -> combine(name, row(1), row(2)));
      assertEquals(
          "rule 'trusted-root' has no root update, must have one; train on data that the server"
              + " trusts, or take another rule",
          refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mean",
        "Median",
        "median:1",
        "norm-bound:0",
        "norm-bound:NaN",
        "norm-bound:1e39",
        "norm-bound:1:2",
        "trimmed-mean",
        "trimmed-mean:0.5",
        "trimmed-mean:-0.1",
        "trimmed-mean:x",
        "krum",
        "krum:",
        "krum:-1",
        "krum:1.5",
        "multi-krum:1:0",
        "bulyan:1:1",
        "geometric-median:0",
        "geometric-median:3:0",
        "trusted-root:1",
        "bucketing:2",
        "bucketing:1:median",
        "bucketing:2:mean",
        "bucketing:2:bucketing:2:median"
      })
  void wrongNamesAreRefused(String text) {
    KulaException refused = assertThrows(KulaException.class, () -> RobustRule.parse(text));
    String message = String.valueOf(refused.getMessage());
    assertEquals(true, message.startsWith("robust rule is '" + text + "': "), message);
    assertEquals(false, message.contains("\n"), message);
  }

  @Test
  void aWrongNumberIsNamed() {
    KulaException refused =
        assertThrows(KulaException.class, () -> RobustRule.parse("trimmed-mean:0.5"));
    assertEquals(
        "robust rule is 'trimmed-mean:0.5': share is 0.5, must be from 0 to below 0.5; try"
            + " 'trimmed-mean:0.25'",
        refused.getMessage());
  }

  private static float[] combine(String name, float[]... updates) {
    double[] weights = new double[updates.length];
    Arrays.fill(weights, 1);
    return RobustRule.parse(name).combine(List.of(updates), weights, new Seed(1).generator());
  }

  private static float[] row(float... values) {
    return values;
  }
}
