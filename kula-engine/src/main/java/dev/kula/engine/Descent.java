package dev.kula.engine;

import dev.kula.model.TrainingPlan;
import java.util.Arrays;

/**
 * Gradient steps of one training call. With g the gradient of the batch, w the parameters and w₀
 * what they were at the start:
 *
 * <pre>
 *   g ← g + weightDecay·w + μ(w − w₀)
 *   v ← momentum·v + g
 *   w ← w − learningRate·v
 * </pre>
 *
 * <p>Not thread safe: keeps v and w₀.
 */
final class Descent {
  private final int size;
  private float[] velocity = {};
  private float[] start = {};

  /** For parameters of {@code size} numbers. */
  Descent(int size) {
    this.size = size;
  }

  /** Forgets the velocity and remembers where the parameters are. */
  void begin(float[] parameters, TrainingPlan plan) {
    if (plan.momentum() > 0) {
      if (velocity.length == 0) {
        velocity = new float[size];
      }
      Arrays.fill(velocity, 0f);
    }
    if (plan.proximalMu() > 0) {
      if (start.length == 0) {
        start = new float[size];
      }
      System.arraycopy(parameters, 0, start, 0, size);
    }
  }

  /** One step of the parameters from {@code offset} on; leaves g as above in {@code gradient}. */
  void step(float[] parameters, float[] gradient, int offset, TrainingPlan plan) {
    // One plain loop a term: each becomes vector instructions, and absent terms cost nothing.
    if (plan.weightDecay() > 0) {
      decay(parameters, gradient, offset, plan.weightDecay());
    }
    if (plan.proximalMu() > 0) {
      pull(parameters, gradient, offset, plan.proximalMu());
    }
    if (plan.momentum() > 0) {
      gather(gradient, offset, plan.momentum());
      move(parameters, velocity, offset, plan.learningRate());
    } else {
      move(parameters, gradient, offset, plan.learningRate());
    }
  }

  private void decay(float[] parameters, float[] gradient, int offset, float coefficient) {
    for (int i = offset; i < size; i++) {
      gradient[i] += coefficient * parameters[i];
    }
  }

  private void pull(float[] parameters, float[] gradient, int offset, float mu) {
    for (int i = offset; i < size; i++) {
      gradient[i] += mu * (parameters[i] - start[i]);
    }
  }

  private void gather(float[] gradient, int offset, float momentum) {
    for (int i = offset; i < size; i++) {
      velocity[i] = momentum * velocity[i] + gradient[i];
    }
  }

  private void move(float[] parameters, float[] direction, int offset, float learningRate) {
    for (int i = offset; i < size; i++) {
      parameters[i] -= learningRate * direction[i];
    }
  }
}
