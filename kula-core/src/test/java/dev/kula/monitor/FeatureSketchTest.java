package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class FeatureSketchTest {
  @Property
  void hasNormOneWhateverTheSample(@ForAll @Size(6) float[] sample) {
    assertEquals(1, norm(sketch(sample), 8), 1e-12);
  }

  @Test
  void standardisedInputsFillMostOfTheSketch() {
    FeatureSketch sketch = FeatureSketch.of(784);
    RandomGenerator random = new Seed(1).generator();
    double[] into = new double[8];
    double mean = 0;
    for (int i = 0; i < 500; i++) {
      float[] sample = new float[784];
      for (int f = 0; f < sample.length; f++) {
        sample[f] = (float) random.nextGaussian();
      }
      sketch.project(sample, into);
      mean += norm(into, 7) / 500;
    }
    assertEquals(0.89, mean, 0.03);
  }

  @Test
  void isPublicAndShowsScale() {
    float[] sample = {1, -1, 2, 0, 0, 1};
    assertArrayEquals(sketch(sample), sketch(sample));
    float[] doubled = {2, -2, 4, 0, 0, 2};
    assertTrue(norm(sketch(doubled), 7) > norm(sketch(sample), 7) + 0.02);
  }

  @Test
  void samplesThatAreNotFiniteCountAsZeros() {
    float[] sample = {Float.NaN, 0, 0, 0, 0, 0};
    assertArrayEquals(new double[] {0, 0, 0, 0, 0, 0, 0, 1}, sketch(sample));
    assertThrows(IllegalArgumentException.class, () -> sketch(new float[5]));
    assertThrows(IllegalArgumentException.class, () -> FeatureSketch.of(0));
  }

  private static double[] sketch(float[] sample) {
    double[] into = new double[8];
    FeatureSketch.of(6).project(sample, into);
    return into;
  }

  private static double norm(double[] values, int length) {
    double squares = 0;
    for (int i = 0; i < length; i++) {
      squares += values[i] * values[i];
    }
    return Math.sqrt(squares);
  }
}
