package dev.kula.aggregate.attack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.robust.RobustRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What attackers send and train on. */
final class AttackTest {
  private static final List<float[]> HONEST =
      List.of(new float[] {1, 10}, new float[] {3, 10}, new float[] {5, 10});

  @Test
  void signsAreFlipped() {
    List<float[]> own = forge("sign-flip:2", 1);
    assertArrayEquals(new float[] {-14, 16}, own.getFirst());
  }

  @Test
  void noiseHasTheDeviationThatIsAskedFor() {
    float[] own = new float[100_000];
    new GaussianAttack(3).forge(List.of(), List.of(own), new Seed(1).generator());
    double sum = 0;
    double squares = 0;
    for (float value : own) {
      sum += value;
      squares += (double) value * value;
    }
    // Four deviations of either statistic.
    assertEquals(0, sum / own.length, 4 * 3 / Math.sqrt(own.length));
    assertEquals(9, squares / own.length, 4 * 9 * Math.sqrt(2.0 / own.length));
  }

  @Test
  void theHonestMeanIsTurned() {
    for (float[] own : forge("inner-product:0.5", 2)) {
      assertArrayEquals(new float[] {-1.5f, -5}, own);
    }
  }

  @Test
  void aLittleIsTakenFromTheHonestMean() {
    // Mean 3, deviation √(8/3).
    for (float[] own : forge("a-little-is-enough:1.5", 2)) {
      assertArrayEquals(new float[] {(float) (3 - 1.5 * Math.sqrt(8 / 3.0)), 10}, own);
    }
  }

  /** Φ(z) = (n − f − s) / (n − f) from a table of the normal distribution. */
  @ParameterizedTest
  @CsvSource({
    // s = 26 - 12 = 14 of 38 honest: 24/38 = 0.63158.
    "50, 12, 0.336",
    // s = 26 - 24 = 2 of 26: 24/26 = 0.92308.
    "50, 24, 1.426",
    // s = 6 - 1 = 5 of 9: 4/9 is below half.
    "10, 1, 0",
    "1, 0, 0"
  })
  void zFollowsFromTheNumbers(int cohort, int attackers, double z) {
    assertEquals(z, ALittleIsEnough.derived(cohort, attackers), 1e-3);
  }

  @Test
  void aDerivedZIsUsed() {
    List<float[]> honest = new ArrayList<>();
    for (int k = 0; k < 38; k++) {
      honest.add(new float[] {k % 2 == 0 ? 1 : -1});
    }
    List<float[]> own = new ArrayList<>();
    for (int k = 0; k < 12; k++) {
      own.add(new float[1]);
    }
    new ALittleIsEnough(OptionalDouble.empty()).forge(honest, own, random());
    assertEquals(-0.336f, own.getFirst()[0], 1e-3f);
  }

  /** What the rules are for: an attack on the mean that the median does not follow. */
  @Test
  void aRuleStandsWhatTheMeanDoesNot() {
    RandomGenerator random = random();
    List<float[]> updates = new ArrayList<>();
    for (int k = 0; k < 20; k++) {
      float[] update = new float[50];
      for (int i = 0; i < update.length; i++) {
        update[i] = (float) (1 + 0.1 * random.nextGaussian());
      }
      updates.add(update);
    }
    new InnerProduct(10).forge(updates.subList(6, 20), updates.subList(0, 6), random);
    double[] weights = new double[20];
    Arrays.fill(weights, 1);
    for (String name : List.of("median", "trimmed-mean:0.35", "geometric-median", "krum:6")) {
      float[] combined = RobustRule.parse(name).combine(updates, weights, random);
      assertEquals(1, combined[0], 0.3, name);
    }
    double mean = updates.stream().mapToDouble(update -> update[0]).average().orElseThrow();
    assertTrue(mean < -2, () -> "mean " + mean);
  }

  @Test
  void labelsAreReversed() {
    float[] features = {1, 2};
    assertEquals(6, new LabelFlip().poison(features, 3, 10));
    assertEquals(0, new LabelFlip().poison(features, 9, 10));
    assertArrayEquals(new float[] {1, 2}, features);
    assertThrows(IllegalArgumentException.class, () -> new LabelFlip().poison(features, 10, 10));
  }

  @Test
  void aTriggerIsStampedInTheCorner() {
    Backdoor backdoor = Backdoor.corner(3, 2, 1, 7);
    float[] features = new float[9];
    assertEquals(7, backdoor.poison(features, 2, 10));
    assertArrayEquals(new float[] {0, 0, 0, 0, 1, 1, 0, 1, 1}, features);
    assertEquals("backdoor:7:1.0:4,5,7,8", backdoor.name());
  }

  @Test
  void aTriggerThatDoesNotFitChangesNothing() {
    Backdoor backdoor = new Backdoor(List.of(0, 4), 1, 7);
    float[] features = new float[4];
    assertThrows(IllegalArgumentException.class, () -> backdoor.poison(features, 2, 10));
    assertThrows(IllegalArgumentException.class, () -> backdoor.poison(new float[5], 2, 7));
    assertArrayEquals(new float[4], features);
    assertThrows(IllegalArgumentException.class, () -> Backdoor.corner(3, 4, 1, 7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sign-flip:1.0",
        "gaussian:0.5",
        "inner-product:0.1",
        "a-little-is-enough",
        "a-little-is-enough:1.5",
        "label-flip",
        "backdoor:3:0.5:1,2,30"
      })
  void namesAreReadBack(String text) {
    assertEquals(text, Attack.parse(text).name());
    assertEquals(Attack.parse(text), Attack.parse(Attack.parse(text).name()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "noise",
        "sign-flip:0",
        "sign-flip:x",
        "gaussian",
        "gaussian:NaN",
        "inner-product:-1",
        "a-little-is-enough:1:2",
        "label-flip:3",
        "backdoor:3",
        "backdoor:-1:1:0",
        "backdoor:1:NaN:0",
        "backdoor:1:1:",
        "backdoor:1:1:-2"
      })
  void wrongNamesAreRefused(String text) {
    KulaException refused = assertThrows(KulaException.class, () -> Attack.parse(text));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("attack is '" + text + "': "),
        refused::getMessage);
    assertEquals(KulaException.Blame.USER, refused.blame());
  }

  @Test
  void whatCannotBeDerivedIsRefused() {
    KulaException refused = assertThrows(KulaException.class, () -> ALittleIsEnough.derived(10, 5));
    assertEquals(
        "attack 'a-little-is-enough' has 5 attackers of 10, must be below half to derive z; give z,"
            + " or take fewer",
        refused.getMessage());
    InnerProduct attack = new InnerProduct(1);
    assertThrows(
        KulaException.class, () -> attack.forge(List.of(), List.of(new float[1]), random()));
  }

  private static List<float[]> forge(String name, int attackers) {
    List<float[]> own = new ArrayList<>();
    for (int k = 0; k < attackers; k++) {
      own.add(new float[] {7, -8});
    }
    List<float[]> honest = HONEST.stream().map(float[]::clone).toList();
    switch (Attack.parse(name)) {
      case UpdateAttack attack -> attack.forge(honest, own, random());
      case DataAttack attack -> throw new AssertionError(attack.name());
    }
    for (int k = 0; k < honest.size(); k++) {
      assertArrayEquals(HONEST.get(k), honest.get(k));
    }
    return own;
  }

  private static RandomGenerator random() {
    return new Seed(4).generator();
  }
}
