package dev.kula.engine;

import dev.kula.Seed;
import dev.kula.model.InputShape;
import dev.kula.model.Samples;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Samples in arrays, one feature row a sample. */
public record TestSamples(int features, float[][] rows, float[] targets, float[] weights)
    implements Samples {
  /** {@code count} standard normal samples with random targets and weights of 1. */
  public static TestSamples random(EngineCase of, int count, long seed) {
    RandomGenerator random = new Seed(seed).generator();
    TestSamples samples = blank(of.input(), count);
    for (int i = 0; i < count; i++) {
      for (int feature = 0; feature < samples.features; feature++) {
        samples.rows[i][feature] = (float) random.nextGaussian();
      }
      samples.targets[i] =
          of.classifies() ? random.nextInt(of.task().outputs()) : (float) random.nextGaussian();
    }
    return samples;
  }

  /** Noisy copies of one random prototype a class; a regression has targets −1 and 1. */
  static TestSamples separable(EngineCase of, int count, long seed) {
    RandomGenerator prototypes = new Seed(99).generator();
    int classes = of.classifies() ? of.task().outputs() : 2;
    float[][] centres = new float[classes][of.input().size()];
    for (float[] centre : centres) {
      for (int feature = 0; feature < centre.length; feature++) {
        centre[feature] = prototypes.nextBoolean() ? 1 : -1;
      }
    }
    RandomGenerator random = new Seed(seed).generator();
    TestSamples samples = blank(of.input(), count);
    for (int i = 0; i < count; i++) {
      int label = i % classes;
      for (int feature = 0; feature < samples.features; feature++) {
        samples.rows[i][feature] = centres[label][feature] + 0.1f * (float) random.nextGaussian();
      }
      samples.targets[i] = of.classifies() ? label : 2 * label - 1;
    }
    return samples;
  }

  private static TestSamples blank(InputShape input, int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1f);
    return new TestSamples(input.size(), new float[count][input.size()], new float[count], ones);
  }

  TestSamples withWeights(float... values) {
    return new TestSamples(features, rows, targets, values);
  }

  TestSamples withTarget(int index, float value) {
    float[] changed = targets.clone();
    changed[index] = value;
    return new TestSamples(features, rows, changed, weights);
  }

  /** The samples of these numbers, in this order. */
  TestSamples pick(int... indices) {
    float[][] pickedRows = new float[indices.length][];
    float[] pickedTargets = new float[indices.length];
    float[] pickedWeights = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      pickedRows[i] = rows[indices[i]];
      pickedTargets[i] = targets[indices[i]];
      pickedWeights[i] = weights[indices[i]];
    }
    return new TestSamples(features, pickedRows, pickedTargets, pickedWeights);
  }

  /** Samples {@code from} to {@code to}, the latter excluded. */
  TestSamples slice(int from, int to) {
    int[] indices = new int[to - from];
    Arrays.setAll(indices, i -> from + i);
    return pick(indices);
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public void copyFeatures(int index, float[] into, int offset) {
    System.arraycopy(rows[index], 0, into, offset, features);
  }

  @Override
  public float target(int index) {
    return targets[index];
  }

  @Override
  public float weight(int index) {
    return weights[index];
  }
}
