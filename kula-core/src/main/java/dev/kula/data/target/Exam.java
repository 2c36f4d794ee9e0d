package dev.kula.data.target;

import dev.kula.data.Dataset;
import dev.kula.data.SampleSet;
import dev.kula.model.Samples;
import java.util.Arrays;

/**
 * Test rows and what each counts. Only the evaluator may hold one: it has labels that no device,
 * gate or plan may see. Immutable by contract and thread safe.
 *
 * @param rows test rows of a data set, each once
 * @param weights one a row, positive, summing to 1
 */
public record Exam(int[] rows, float[] weights) {
  public Exam {
    if (rows.length == 0 || rows.length != weights.length) {
      throw new IllegalArgumentException(
          "%d weights do not fit %d rows, at least one".formatted(weights.length, rows.length));
    }
    double sum = 0;
    for (float weight : weights) {
      if (!(weight > 0)) {
        throw new IllegalArgumentException("weight is " + weight + ", must be positive");
      }
      sum += weight;
    }
    if (Math.abs(sum - 1) > 1e-4) {
      throw new IllegalArgumentException("weights sum to " + sum + ", must sum to 1");
    }
    rows = rows.clone();
    weights = weights.clone();
  }

  /** Rows that all count the same. */
  public static Exam even(int[] rows) {
    float[] weights = new float[rows.length];
    Arrays.fill(weights, 1f / rows.length);
    return new Exam(rows, weights);
  }

  /** The rows as an engine sees them. */
  public Samples samples(Dataset dataset) {
    return SampleSet.of(dataset.features(), dataset.targets(), rows).withWeights(weights);
  }
}
