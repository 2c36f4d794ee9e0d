package dev.kula.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.SampleSet;
import dev.kula.data.ToyClusters;
import dev.kula.model.ToyEngine;
import dev.kula.model.TrainingPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FirstLayerTest {
  private final Dataset data = ToyClusters.of(0, 1, 2, 3);
  private final ToyEngine engine = ToyEngine.bare(ToyClusters.FEATURES, ToyClusters.CLASSES);

  @Test
  void aStepOnOneSampleGivesItAway() {
    float[] sample = new float[ToyClusters.FEATURES];
    data.features().copyRow(2, sample, 0);
    float[] before = engine.initialParameters(new Seed(1).generator());
    float[] after = before.clone();
    engine.train(
        after,
        SampleSet.of(data.features(), data.targets(), new int[] {2}),
        TrainingPlan.of(1, 1, 0.1f),
        new Seed(2).generator());
    for (int i = 0; i < after.length; i++) {
      after[i] -= before[i];
    }
    FirstLayer layer = FirstLayer.of(engine.layout(), ToyClusters.FEATURES).orElseThrow();
    List<float[]> candidates = layer.candidates(after);
    assertEquals(ToyClusters.CLASSES, candidates.size());
    for (float[] candidate : candidates) {
      assertArrayEquals(sample, candidate, 1e-4f);
    }
    Recovery recovery =
        Recovery.of(candidates, List.of(sample), List.of(new float[] {1, 0, 0, 0, 0, 0}), -5, 5);
    assertEquals(1, recovery.cosine(), 1e-6);
    assertEquals(1, recovery.found());
    assertTrue(recovery.control() < 0.99, recovery::toString);
    assertTrue(recovery.psnr() > 80, recovery::toString);
  }

  @Test
  void whatIsNotDenseIsNotInverted() {
    assertTrue(FirstLayer.of(ToyEngine.scaled(6, 4).layout(), ToyClusters.FEATURES).isEmpty());
    assertTrue(FirstLayer.of(engine.layout(), 5).isEmpty());
  }

  @Test
  void theHeadsOffsetsBeginAtZero() {
    FirstLayer head = FirstLayer.ofHead(ToyEngine.scaled(6, 4).layout(), 6).orElseThrow();
    assertEquals(new FirstLayer(0, 24, 4, 6), head);
  }

  @Test
  void rowsThatDidNotMoveSayNothing() {
    FirstLayer layer = new FirstLayer(0, 4, 2, 2);
    List<float[]> candidates = layer.candidates(new float[] {2, 4, 1, 1, 2, 0});
    assertEquals(1, candidates.size());
    assertArrayEquals(new float[] {1, 2}, candidates.getFirst());
  }

  /** An error of a tenth of the range everywhere is 20 dB. */
  @Test
  void peakSignalToNoise() {
    assertEquals(20, Recovery.psnr(new float[] {0.1f, 0.9f}, new float[] {0, 1}, 0, 1), 1e-5);
    assertEquals(Recovery.MOST_PSNR, Recovery.psnr(new float[] {-3, 9}, new float[] {0, 1}, 0, 1));
    assertEquals(
        Recovery.MOST_PSNR, Recovery.psnr(new float[] {Float.NaN, 1}, new float[] {0, 1}, 0, 1));
  }

  @Test
  void cosinesOfOddVectorsAreZero() {
    assertEquals(0.6, Recovery.cosine(new float[] {3, 4}, new float[] {1, 0}), 1e-12);
    assertEquals(0, Recovery.cosine(new float[] {0, 0}, new float[] {1, 0}));
    assertEquals(0, Recovery.cosine(new float[] {Float.POSITIVE_INFINITY, 0}, new float[] {1, 0}));
  }
}
