package dev.kula.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.robust.RobustAggregation;
import dev.kula.aggregate.robust.RobustRule;
import dev.kula.aggregate.secure.Graph;
import dev.kula.aggregate.secure.SecureAggregation;
import dev.kula.secagg.Quantiser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What every strategy that folds into a sum promises. */
final class AggregationContractTest {
  private static final int PARAMETERS = 5;
  private static final List<AggregationStrategy> STRATEGIES =
      List.of(
          AggregationStrategy.parse("fedavg"),
          AggregationStrategy.parse("fedprox:0.1"),
          AggregationStrategy.parse("fedavgm:0.5"),
          AggregationStrategy.parse("fedadam"),
          AggregationStrategy.parse("fedyogi:0.1"),
          AggregationStrategy.parse("fednova"),
          AggregationStrategy.parse("scaffold"));

  @Provide
  Arbitrary<List<Update>> cohorts() {
    Arbitrary<float[]> deltas =
        Arbitraries.floats().between(-1e4f, 1e4f).array(float[].class).ofSize(PARAMETERS);
    Arbitrary<Double> weights = Arbitraries.doubles().between(0.01, 2000);
    Arbitrary<Double> losses = Arbitraries.doubles().between(-10, 1000);
    Arbitrary<Integer> steps = Arbitraries.integers().between(1, 50);
    Arbitrary<Integer> clusters = Arbitraries.integers().between(0, 2);
    return Combinators.combine(deltas, weights, losses, steps, clusters)
        .as(
            (delta, weight, loss, count, cluster) ->
                new Update(delta, weight, loss).inSteps(count).ofCluster(cluster))
        .list()
        .ofMaxSize(20);
  }

  @Property(tries = 300)
  void everyTreeOfPartialSumsGivesTheSameBits(
      @ForAll("cohorts") List<Update> cohort, @ForAll long seed) {
    float[] global = {0.1f, -3f, 1e-8f, 7e5f, 0f};
    for (AggregationStrategy strategy : STRATEGIES) {
      PartialSum inOrder = strategy.init(PARAMETERS);
      cohort.forEach(inOrder::accumulate);
      PartialSum inTree = tree(strategy, cohort, new Random(seed));
      assertArrayEquals(bits(inOrder.finish(global)), bits(inTree.finish(global)));
      assertEquals(inOrder.weight(), inTree.weight());
      assertEquals(inOrder.trainingLoss(), inTree.trainingLoss());
      assertEquals(cohort.size(), inTree.updates());
    }
  }

  @Property(tries = 100)
  void soDoTreesOfClusters(@ForAll("cohorts") List<Update> cohort, @ForAll long seed) {
    float[] global = new float[3 * PARAMETERS];
    global[7] = 2.5f;
    AggregationStrategy strategy = new ClusteredAggregation(STRATEGIES.getFirst(), 3);
    PartialSum inOrder = strategy.init(global.length);
    cohort.forEach(inOrder::accumulate);
    PartialSum inTree = tree(strategy, global.length, cohort, new Random(seed));
    assertArrayEquals(bits(inOrder.finish(global)), bits(inTree.finish(global)));
    assertEquals(inOrder.trainingLoss(), inTree.trainingLoss());
    assertEquals(cohort.size(), inTree.updates());
  }

  private static PartialSum tree(AggregationStrategy strategy, List<Update> cohort, Random random) {
    return tree(strategy, PARAMETERS, cohort, random);
  }

  private static PartialSum tree(
      AggregationStrategy strategy, int parameters, List<Update> cohort, Random random) {
    List<Update> shuffled = new ArrayList<>(cohort);
    Collections.shuffle(shuffled, random);
    List<PartialSum> parts = new ArrayList<>(List.of(strategy.init(parameters)));
    for (Update update : shuffled) {
      if (random.nextBoolean()) {
        parts.add(strategy.init(parameters));
      }
      parts.get(random.nextInt(parts.size())).accumulate(update);
    }
    while (parts.size() > 1) {
      PartialSum taken = parts.remove(random.nextInt(parts.size()));
      parts.get(random.nextInt(parts.size())).merge(taken);
    }
    return parts.getFirst();
  }

  /** Strategies that keep updates until the end promise the same, for updates in range. */
  @Property(tries = 20)
  void theOrderInWhichUpdatesComeShowsInNoBit(
      @ForAll("cohorts") List<Update> cohort, @ForAll long seed) {
    float[] global = {0.1f, -3f, 1e-8f, 7e5f, 0f};
    Seed draws = new Seed(5);
    AggregationStrategy local = AggregationStrategy.parse("fedavg");
    for (AggregationStrategy strategy :
        List.of(
            new RobustAggregation(local, RobustRule.parse("bucketing:2:median"), draws),
            new SecureAggregation(
                local,
                Graph.COMPLETE,
                new Quantiser(8, 1 << 19),
                Quantiser.Rounding.STOCHASTIC,
                Optional.empty(),
                draws))) {
      if (cohort.size() < 3) {
        continue;
      }
      PartialSum inOrder = strategy.init(PARAMETERS);
      cohort.forEach(inOrder::accumulate);
      PartialSum inTree = tree(strategy, cohort, new Random(seed));
      assertArrayEquals(bits(inOrder.finish(global)), bits(inTree.finish(global)));
      assertEquals(inOrder.trainingLoss(), inTree.trainingLoss());
      assertEquals(cohort.size(), inTree.updates());
      assertEquals(inOrder.bytes(), inTree.bytes());
    }
  }

  @Property(tries = 300)
  void isTheWeightedMean(@ForAll("cohorts") List<Update> cohort) {
    float[] global = new float[PARAMETERS];
    PartialSum sum = STRATEGIES.getFirst().init(PARAMETERS);
    double weight = 0;
    double largest = 0;
    double[] expected = new double[PARAMETERS];
    for (Update update : cohort) {
      sum.accumulate(update);
      weight += update.weight();
      for (float change : update.delta()) {
        largest = Math.max(largest, Math.abs(change));
      }
      for (int i = 0; i < PARAMETERS; i++) {
        expected[i] += update.weight() * update.delta()[i];
      }
    }
    float[] next = sum.finish(global);
    for (int i = 0; i < PARAMETERS; i++) {
      // Weights are rounded to 2^-20, by up to 5e-5 of the smallest, 0.01: above and below the
      // fraction line, and in proportion to the changes, which may cancel in the mean.
      double mean = cohort.isEmpty() ? 0 : expected[i] / weight;
      assertEquals(mean, next[i], 1e-6 + 1e-4 * largest);
    }
  }

  @Test
  void averagesByTrainingSamples() {
    PartialSum sum = STRATEGIES.getFirst().init(2);
    float[] global = {1f, 10f};
    sum.accumulate(Update.between(global, new float[] {2f, 10f}, 30, 0.5));
    sum.accumulate(Update.between(global, new float[] {1f, 14f}, 10, 1.5));
    assertArrayEquals(new float[] {1.75f, 11f}, sum.finish(global));
    assertArrayEquals(new float[] {1f, 10f}, global);
    assertEquals(0.75, sum.trainingLoss());
    assertEquals(40, sum.weight());
  }

  @Test
  void withoutUpdatesTheModelStays() {
    float[] global = {1f, 2f};
    float[] next = STRATEGIES.getFirst().init(2).finish(global);
    assertArrayEquals(global, next);
    next[0] = 5;
    assertEquals(1f, global[0]);
  }

  @Test
  void refusesWhatIsNotFiniteAndStaysAsItWas() {
    PartialSum sum = STRATEGIES.getFirst().init(2);
    sum.accumulate(new Update(new float[] {1, 2}, 1, 0));
    KulaException refused =
        assertThrows(
            KulaException.class,
            () -> sum.accumulate(new Update(new float[] {1, Float.NaN}, 1, 0)));
    assertEquals(
        "an update has NaN at parameter 1, must be finite; training diverged: lower the learning"
            + " rate",
        refused.getMessage());
    assertThrows(
        KulaException.class, () -> sum.accumulate(new Update(new float[] {1, 1}, 1, 1 / 0.0)));
    assertThrows(
        KulaException.class, () -> sum.accumulate(new Update(new float[] {1, 1e30f}, 1, 0)));
    assertEquals(1, sum.updates());
    assertArrayEquals(new float[] {1, 2}, sum.finish(new float[2]));
  }

  @Test
  void refusesASumOutOfRangeInEveryOrder() {
    Update up = new Update(new float[] {1e9f}, 1, 0);
    Update down = new Update(new float[] {-1e9f}, 1, 0);
    for (List<Update> order : List.of(List.of(up, down, up), List.of(up, up, down))) {
      PartialSum sum = STRATEGIES.getFirst().init(1);
      sum.accumulate(order.get(0));
      sum.accumulate(order.get(1));
      KulaException refused = assertThrows(KulaException.class, () -> sum.accumulate(order.get(2)));
      assertTrue(String.valueOf(refused.getMessage()).contains("2^31"));
    }
  }

  @Test
  void parsesNames() {
    assertEquals(0, AggregationStrategy.parse("fedavg").proximalMu());
    assertEquals(0.01, AggregationStrategy.parse("fedprox").proximalMu());
    assertEquals(0.5, AggregationStrategy.parse("fedprox:0.5").proximalMu());
    for (AggregationStrategy strategy : STRATEGIES) {
      assertEquals(strategy, AggregationStrategy.parse(strategy.name()));
    }
    for (String wrong :
        List.of(
            "",
            "fedsgd",
            "fedprox:",
            "fedprox:-1",
            "fedprox:x",
            "fedprox:NaN",
            "fedavgm:1",
            "fedadam:0",
            "fedyogi:",
            "fednova:1",
            "scaffold:")) {
      KulaException refused =
          assertThrows(KulaException.class, () -> AggregationStrategy.parse(wrong));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("'" + wrong + "'"), refused::getMessage);
      assertEquals(KulaException.Blame.USER, refused.blame());
    }
  }

  @Test
  void refusesModelsOfAnotherSize() {
    PartialSum sum = STRATEGIES.getFirst().init(2);
    assertThrows(
        IllegalArgumentException.class, () -> sum.accumulate(new Update(new float[3], 1, 0)));
    assertThrows(IllegalArgumentException.class, () -> new Update(new float[3], 0, 0));
    assertThrows(IllegalArgumentException.class, () -> sum.merge(STRATEGIES.getFirst().init(3)));
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
