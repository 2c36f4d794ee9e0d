package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.GradientNoise;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;

/**
 * Gradient steps of one training call. With g the gradient of the batch, k a correction that stays
 * the same (mostly none), w the parameters and w₀ the plan's anchor, or else what they were at the
 * start:
 *
 * <pre>
 *   v ← momentum·v + g + k + weightDecay·w + μ(w − w₀)
 *   w ← w − learningRate·v
 * </pre>
 *
 * <p>Layers hand their gradients over as matrix products, so that a product writes itself to where
 * it is needed. Without momentum, k and μ that is w itself, {@code w ← (1 −
 * learningRate·weightDecay)·w − learningRate·g}, and no gradient is ever stored. Else it is v, and
 * one pass over v and w ends the step.
 *
 * <p>Not thread safe: keeps v, w₀ and gradients.
 */
final class Descent {
  private final int size;
  private final Blas blas;
  private float[] velocity = {};
  private float[] start = {};
  private float[] gradient = {};
  private float[] correction = {};

  private TrainingPlan plan = TrainingPlan.of(0, 1, 1f);
  private boolean direct;
  private float[] sums = {};
  private float scale;

  /** Where the parameters that change end. */
  private int end;

  private float keep;

  /** The share of the sums before a batch that stays in those after it. */
  private float carried;

  /** For parameters of {@code size} numbers. */
  Descent(int size, Blas blas) {
    this.size = size;
    this.end = size;
    this.blas = blas;
  }

  /**
   * Forgets the velocity and remembers where the parameters are.
   *
   * @param offset where the parameters that change begin
   * @param until where they end
   * @param constant k, one number a parameter; empty for none
   * @param inParts whether batches come in several parts, whose gradients add up
   */
  void begin(
      float[] parameters,
      int offset,
      int until,
      TrainingPlan plan,
      float[] constant,
      boolean inParts) {
    this.plan = plan;
    end = until;
    correction = constant;
    direct = plan.momentum() == 0 && plan.proximalMu() == 0 && correction.length == 0 && !inParts;
    if (direct) {
      sums = parameters;
      scale = -plan.learningRate();
      keep = 1 - plan.learningRate() * plan.weightDecay();
      return;
    }
    startFrom(parameters, offset);
    sums = velocity;
    carried = plan.momentum();
  }

  /**
   * Likewise, for batches whose gradients are noised before they count: they add up apart from v.
   */
  void beginNoised(float[] parameters, int offset, TrainingPlan plan) {
    this.plan = plan;
    end = size;
    correction = new float[0];
    direct = false;
    startFrom(parameters, offset);
    if (gradient.length == 0) {
      gradient = new float[size];
    }
    sums = gradient;
    carried = 0;
  }

  private void startFrom(float[] parameters, int offset) {
    if (velocity.length == 0) {
      velocity = new float[size];
    }
    Arrays.fill(velocity, offset, size, 0f);
    scale = 1;
    if (plan.proximalMu() > 0) {
      if (start.length == 0) {
        start = new float[size];
      }
      float[] anchor = plan.anchor().orElse(parameters);
      System.arraycopy(anchor, offset, start, offset, size - offset);
    }
  }

  /** The next gradients are those of a part of a batch. */
  void beginPart(boolean first) {
    if (!direct) {
      keep = first ? carried : 1;
    }
  }

  /**
   * Adds a gradient {@code [m, n] = op(A)·B}, whose tensor lies at {@code offset}, to where
   * gradients go.
   *
   * @param transposeA whether A is stored {@code [k, m]}
   */
  void addProduct(
      boolean transposeA,
      int m,
      int n,
      int k,
      float[] a,
      int offsetA,
      float[] b,
      int offsetB,
      int offset) {
    if (offset >= end) {
      return;
    }
    blas.sgemm(transposeA, false, m, n, k, scale, a, offsetA, b, offsetB, keep, sums, offset);
  }

  /** Adds the sum over the rows of {@code matrix [rows, columns]} as the gradient of a bias. */
  void addColumnSums(int rows, int columns, float[] matrix, int offset) {
    if (offset >= end) {
      return;
    }
    for (int column = 0; column < columns; column++) {
      sums[offset + column] *= keep;
    }
    for (int row = 0, at = 0; row < rows; row++, at += columns) {
      for (int column = 0; column < columns; column++) {
        sums[offset + column] += scale * matrix[at + column];
      }
    }
  }

  /** Ends a step of the parameters from {@code offset} on. */
  void step(float[] parameters, int offset) {
    if (direct) {
      return;
    }
    for (int i = offset; i < correction.length; i++) {
      velocity[i] += correction[i];
    }
    if (plan.proximalMu() > 0) {
      stepProximal(parameters, offset);
    } else {
      stepPlain(parameters, offset);
    }
  }

  /**
   * Ends a step that began with {@link #beginNoised}.
   *
   * @param isEmpty whether no gradient came
   * @param batch what the noised sum is divided by
   */
  void stepNoised(
      float[] parameters, int offset, boolean isEmpty, GradientNoise noise, double batch) {
    if (isEmpty) {
      Arrays.fill(gradient, offset, size, 0f);
    }
    noise.addTo(gradient, offset, size);
    float share = (float) (1 / batch);
    float momentum = plan.momentum();
    for (int i = offset; i < size; i++) {
      velocity[i] = momentum * velocity[i] + share * gradient[i];
    }
    step(parameters, offset);
  }

  private void stepPlain(float[] parameters, int offset) {
    float decay = plan.weightDecay();
    float rate = plan.learningRate();
    float[] v = velocity;
    for (int i = offset; i < end; i++) {
      float moved = v[i] + decay * parameters[i];
      v[i] = moved;
      parameters[i] -= rate * moved;
    }
  }

  private void stepProximal(float[] parameters, int offset) {
    float decay = plan.weightDecay();
    float mu = plan.proximalMu();
    float rate = plan.learningRate();
    float[] v = velocity;
    float[] w0 = start;
    for (int i = offset; i < end; i++) {
      float w = parameters[i];
      float moved = v[i] + decay * w + mu * (w - w0[i]);
      v[i] = moved;
      parameters[i] = w - rate * moved;
    }
  }
}
