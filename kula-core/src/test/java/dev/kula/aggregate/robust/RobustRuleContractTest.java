package dev.kula.aggregate.robust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every rule promises. */
final class RobustRuleContractTest {
  private static final int PARAMETERS = 6;
  private static final double FAR = 1e6;

  /** For two attackers. */
  static List<RobustRule> rules() {
    return List.of(
            "norm-bound",
            "norm-bound:3.0",
            "median",
            "trimmed-mean:0.3",
            "geometric-median:8:1.0E-6",
            "krum:2",
            "multi-krum:2",
            "multi-krum:2:3",
            "bulyan:2",
            "trusted-root",
            "bucketing:2:median",
            "bucketing:2:norm-bound",
            "bucketing:3:krum:2",
            "bucketing:2:trusted-root")
        .stream()
        .map(RobustRule::parse)
        .toList();
  }

  @Provide
  Arbitrary<List<float[]>> updates() {
    // Few different values, so that there are ties and equal updates.
    Arbitrary<Float> values =
        Arbitraries.oneOf(
            Arbitraries.floats().between(-1e4f, 1e4f), Arbitraries.of(-1f, -0f, 0f, 1f));
    return values.array(float[].class).ofSize(PARAMETERS).list().ofMinSize(20).ofMaxSize(40);
  }

  @Property(tries = 150)
  void theOrderOfUpdatesChangesNoBit(@ForAll("updates") List<float[]> updates, @ForAll long seed) {
    double[] weights = new Random(seed).doubles(updates.size(), 1, 100).toArray();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < updates.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    List<float[]> shuffled = order.stream().map(updates::get).toList();
    double[] shuffledWeights = order.stream().mapToDouble(i -> weights[i]).toArray();
    for (RobustRule rule : rules()) {
      float[] first = combine(rule, updates, weights, seed);
      float[] second = combine(rule, shuffled, shuffledWeights, seed);
      assertArrayEquals(bits(first), bits(second), rule.name());
    }
  }

  @Property(tries = 150)
  void staysWithinTheHullOfEveryParameter(
      @ForAll("updates") List<float[]> updates, @ForAll long seed) {
    double[] weights = new Random(seed).doubles(updates.size(), 1, 100).toArray();
    for (RobustRule rule : rules()) {
      if (rule.needsRoot()) {
        continue;
      }
      float[] combined = combine(rule, updates, weights, seed);
      for (int i = 0; i < PARAMETERS; i++) {
        // Scaling down draws updates towards zero.
        boolean scales = rule.name().contains(NormBound.NAME);
        float least = scales ? 0 : Float.POSITIVE_INFINITY;
        float most = scales ? 0 : Float.NEGATIVE_INFINITY;
        for (float[] update : updates) {
          least = Math.min(least, update[i]);
          most = Math.max(most, update[i]);
        }
        assertTrue(
            least <= combined[i] && combined[i] <= most,
            "%s gives %s, not from %s to %s".formatted(rule.name(), combined[i], least, most));
      }
    }
  }

  @Property(tries = 150)
  void aRootBoundsTheNorm(@ForAll("updates") List<float[]> updates, @ForAll long seed) {
    float[] combined = combine(new TrustedRoot(), updates, ones(updates.size()), seed);
    assertTrue(Distances.norm(combined) <= Distances.norm(root(updates)) * (1 + 1e-6));
  }

  @Property(tries = 100)
  void attackersWithinTheRulesNumberDoNotMoveIt(
      @ForAll @IntRange(min = 0, max = 2) int attackers,
      @ForAll @IntRange(min = 1, max = 400) int parameters,
      @ForAll boolean up,
      @ForAll long seed) {
    Random random = new Random(seed);
    for (RobustRule rule : rules()) {
      int cohort = rule.needed(attackers) + random.nextInt(5);
      if (rule instanceof TrustedRoot || rule.name().contains("bucketing:2:trusted-root")) {
        cohort += 2 * attackers + 2;
      }
      rule.check(cohort, attackers);
      List<float[]> updates = new ArrayList<>();
      double[] mean = new double[parameters];
      for (int k = 0; k < cohort; k++) {
        float[] update = new float[parameters];
        for (int i = 0; i < parameters; i++) {
          update[i] =
              k < attackers
                  ? (float) (up ? FAR : -FAR)
                  : (float) (0.01 + 0.001 * random.nextGaussian());
          mean[i] += k < attackers ? 0 : update[i] / (cohort - attackers);
        }
        updates.add(update);
      }
      double[] weights = new double[cohort];
      Arrays.fill(weights, 1);
      float[] root = updates.getLast().clone();
      float[] combined =
          rule.combine(Cohort.of(updates, weights).withRoot(root), new Seed(seed).generator());
      // A bound on the norm leaves attackers their share, and so does a root that they agree with;
      // others stay among honest updates, which lie within five deviations.
      double reach = 0.01;
      if (rule.name().contains(NormBound.NAME) || rule.needsRoot()) {
        reach = rule.equals(RobustRule.parse("norm-bound:3")) ? 3.1 : 2 * Distances.norm(root);
      }
      for (int i = 0; i < parameters; i++) {
        assertEquals(mean[i], combined[i], reach, rule.name() + " of " + cohort);
      }
    }
  }

  /** So that the property above says something. */
  @Test
  void oneAttackerMovesTheMean() {
    PartialSum sum = AggregationStrategy.parse("fedavg").init(1);
    for (int k = 0; k < 20; k++) {
      sum.accumulate(new Update(new float[] {k == 0 ? (float) FAR : 0.01f}, 1, 0));
    }
    assertTrue(sum.finish(new float[1])[0] > 0.04 * FAR);
  }

  /** One attacker more than half is enough for those that go by a median. */
  @Test
  void aMajorityOfAttackersMovesMedians() {
    List<float[]> updates = new ArrayList<>();
    for (int k = 0; k < 11; k++) {
      updates.add(new float[] {k < 6 ? (float) FAR : 0.01f});
    }
    for (String name : List.of("median", "geometric-median", "trimmed-mean:0.49")) {
      float[] combined = combine(RobustRule.parse(name), updates, ones(11), 1);
      assertTrue(combined[0] > 0.1 * FAR, name);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void equalUpdatesGiveThemselves(RobustRule rule) {
    float[] update = {0.5f, -2f, 0.1f, 1e-7f, 0f, -0.3f};
    List<float[]> updates = Collections.nCopies(20, update);
    double[] weights = new Random(1).doubles(20, 1, 100).toArray();
    float[] combined = combine(rule, updates, weights, 1);
    for (int i = 0; i < PARAMETERS; i++) {
      assertEquals(update[i], combined[i], Math.ulp(update[i]), rule.name());
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void updatesAreNotChangedNorHandedOut(RobustRule rule) {
    List<float[]> updates = new ArrayList<>();
    Random random = new Random(2);
    for (int k = 0; k < 20; k++) {
      float[] update = new float[PARAMETERS];
      for (int i = 0; i < PARAMETERS; i++) {
        update[i] = random.nextFloat() - 0.5f;
      }
      updates.add(update);
    }
    List<float[]> copies = updates.stream().map(float[]::clone).toList();
    Arrays.fill(combine(rule, updates, ones(20), 1), 7);
    for (int k = 0; k < 20; k++) {
      assertArrayEquals(copies.get(k), updates.get(k));
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void weightsCountOnlyWhereTheRuleSaysSo(RobustRule rule) {
    List<float[]> updates = new ArrayList<>();
    Random random = new Random(3);
    for (int k = 0; k < 20; k++) {
      float[] update = new float[PARAMETERS];
      for (int i = 0; i < PARAMETERS; i++) {
        update[i] = random.nextFloat() - 0.4f;
      }
      updates.add(update);
    }
    float[] equal = combine(rule, updates, ones(20), 5);
    float[] different = combine(rule, updates, random.doubles(20, 1, 100).toArray(), 5);
    assertEquals(!rule.weighs(), Arrays.equals(equal, different));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void largestFloatsGiveFiniteNumbers(RobustRule rule) {
    List<float[]> updates = new ArrayList<>();
    for (int k = 0; k < 20; k++) {
      float[] update = new float[PARAMETERS];
      Arrays.fill(update, k % 2 == 0 ? Float.MAX_VALUE : -Float.MAX_VALUE);
      update[k % PARAMETERS] = 0;
      updates.add(update);
    }
    assertTrue(Cohort.isFinite(combine(rule, updates, ones(20), 1)));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void modelsWithoutParametersAreCombined(RobustRule rule) {
    List<float[]> updates = Collections.nCopies(20, new float[0]);
    assertEquals(0, combine(rule, updates, ones(20), 1).length);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void namesAreReadBack(RobustRule rule) {
    assertEquals(rule, RobustRule.parse(rule.name()));
  }

  @Test
  void everyRuleIsTested() {
    Set<Class<?>> tested = new HashSet<>();
    rules().forEach(rule -> tested.add(rule.getClass()));
    assertEquals(Set.of(RobustRule.class.getPermittedSubclasses()), tested);
  }

  @Test
  void updatesThatAreNotFiniteAreRefused() {
    List<float[]> updates = List.of(new float[] {1, 2}, new float[] {1, Float.NaN});
    KulaException refused =
        assertThrows(
            KulaException.class,
            () -> new CoordinateMedian().combine(updates, ones(2), new Random(1)));
    assertEquals(
        "update 1 has NaN at parameter 1, must be finite; leave it out, or lower the learning rate",
        refused.getMessage());
    assertTrue(Cohort.isFinite(updates.get(0)));
    assertTrue(!Cohort.isFinite(updates.get(1)));
    Cohort cohort = Cohort.of(updates.subList(0, 1), ones(1));
    assertThrows(KulaException.class, () -> cohort.withRoot(new float[] {1 / 0f, 0}));
  }

  @Test
  void cohortsThatDoNotFitAreRefused() {
    List<float[]> one = List.of(new float[2]);
    List<float[]> different = List.of(new float[2], new float[3]);
    assertThrows(IllegalArgumentException.class, () -> Cohort.of(List.of(), ones(0)));
    assertThrows(IllegalArgumentException.class, () -> Cohort.of(one, ones(2)));
    assertThrows(IllegalArgumentException.class, () -> Cohort.of(different, ones(2)));
    assertThrows(IllegalArgumentException.class, () -> Cohort.of(one, new double[1]));
    assertThrows(
        IllegalArgumentException.class, () -> Cohort.of(one, ones(1)).withRoot(new float[3]));
  }

  private static float[] combine(
      RobustRule rule, List<float[]> updates, double[] weights, long seed) {
    RandomGenerator random = new Seed(seed).generator();
    if (!rule.needsRoot()) {
      return rule.combine(updates, weights, random);
    }
    return rule.combine(Cohort.of(updates, weights).withRoot(root(updates)), random);
  }

  /** One that does not depend on their order. */
  private static float[] root(List<float[]> updates) {
    return updates.stream().min(Arrays::compare).orElseThrow();
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
