package dev.kula.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Folds worked out by hand. */
final class BaselinesTest {
  /**
   * Directions (1, 2) of 30 samples in 3 steps and (2, -2) of 10 in one: their mean is (1.25, 1),
   * and 0.75 * 3 + 0.25 * 1 = 2.5 steps are taken along it.
   */
  @Test
  void fedNovaAveragesDirectionsAndSteps() {
    AggregationStrategy nova = AggregationStrategy.parse("fednova");
    PartialSum sum = nova.init(2);
    sum.accumulate(new Update(new float[] {3, 6}, 30, 0.5).inSteps(3));
    sum.accumulate(new Update(new float[] {2, -2}, 10, 1.5));
    assertArrayEquals(new float[] {1 + 3.125f, 10 + 2.5f}, sum.finish(new float[] {1, 10}));
    assertEquals(0.75, sum.trainingLoss());
    assertEquals(40, sum.weight());
    assertEquals(2 * Float.BYTES + Integer.BYTES, nova.updateBytes(2));
  }

  @Test
  void fedNovaOfEqualStepsIsFederatedAveraging() {
    PartialSum nova = AggregationStrategy.parse("fednova").init(2);
    PartialSum mean = AggregationStrategy.parse("fedavg").init(2);
    for (float x = 1; x < 5; x++) {
      Update update = new Update(new float[] {x, -2 * x}, x, 0).inSteps(4);
      nova.accumulate(update);
      mean.accumulate(update);
    }
    assertArrayEquals(mean.finish(new float[2]), nova.finish(new float[2]), 1e-6f);
  }

  /** The second of three models of two numbers moves by 0.75 * 2 + 0.25 * 6, the third by 8. */
  @Test
  void anUpdateFoldsIntoItsClusterAlone() {
    AggregationStrategy clusters = new ClusteredAggregation(AggregationStrategy.parse("fedavg"), 3);
    PartialSum sum = clusters.init(6);
    sum.accumulate(new Update(new float[] {2, 0}, 30, 1).ofCluster(1));
    PartialSum other = clusters.init(6);
    other.accumulate(new Update(new float[] {6, 4}, 10, 2).ofCluster(1));
    other.accumulate(new Update(new float[] {8, 8}, 40, 0.25).ofCluster(2));
    sum.merge(other);
    assertArrayEquals(
        new float[] {1, 2, 3 + 3, 4 + 1, 5 + 8, 6 + 8}, sum.finish(new float[] {1, 2, 3, 4, 5, 6}));
    assertEquals(3, sum.updates());
    assertEquals((30 + 20 + 10) / 80.0, sum.trainingLoss());
    // One model comes up, and its number.
    assertEquals(2 * Float.BYTES + Integer.BYTES, clusters.updateBytes(6));
    Update beyond = new Update(new float[2], 1, 0).ofCluster(3);
    assertThrows(IllegalArgumentException.class, () -> sum.accumulate(beyond));
  }

  @Test
  void clustersAreOfStrategiesThatRememberNothing() {
    for (String name : new String[] {"scaffold", "fedadam", "fedavgm"}) {
      AggregationStrategy inner = AggregationStrategy.parse(name);
      assertThrows(IllegalArgumentException.class, () -> new ClusteredAggregation(inner, 2));
    }
  }

  @Test
  void aBroadcastHoldsModelsOrAControlVariate() {
    float[] sent = {1, 2, 3, 4, 5, 6};
    assertArrayEquals(new float[] {3, 4}, new Broadcast(3, false).model(sent, 1));
    assertArrayEquals(new float[] {1, 2, 3}, new Broadcast(1, true).model(sent, 0));
    assertArrayEquals(new float[] {4, 5, 6}, new Broadcast(1, true).control(sent));
    assertEquals(12, new Broadcast(3, false).size(4));
    assertThrows(IllegalArgumentException.class, () -> new Broadcast(2, true));
    assertThrows(IllegalArgumentException.class, () -> new Broadcast(4, false).modelSize(6));
  }
}
