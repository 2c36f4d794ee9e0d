package dev.kula.torch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kula.model.TrainingPlan;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient steps of one training call, on libtorch's memory in place. With g the gradient of the
 * batch, w the parameters and w₀ the plan's anchor, or else what they were at the start:
 *
 * <pre>
 *   g ← g + weightDecay·w + μ(w − w₀)
 *   v ← momentum·v + g
 *   w ← w − learningRate·v
 * </pre>
 *
 * <p>Not thread safe: keeps v.
 */
final class Descent {
  private float[] velocity = {};

  /** Forgets the velocity of {@code size} parameters. */
  void begin(int size, TrainingPlan plan) {
    if (plan.momentum() > 0 && velocity.length < size) {
      velocity = new float[size];
    }
    Arrays.fill(velocity, 0f);
  }

  /**
   * One step of the weights from flat index {@code from} to {@code end}; leaves all gradients at
   * zero from {@code from} on.
   *
   * @param start w₀
   */
  void step(List<Weight> weights, float[] start, int from, int end, TrainingPlan plan) {
    boolean plain = plan.weightDecay() == 0 && plan.proximalMu() == 0 && plan.momentum() == 0;
    for (Weight weight : weights) {
      MemorySegment gradient = weight.gradient();
      if (gradient == null || weight.tensor().offset() < from) {
        continue;
      }
      if (weight.tensor().offset() >= end) {
        gradient.fill((byte) 0);
        continue;
      }
      int size = weight.tensor().size();
      if (plain) {
        move(weight.values(), gradient, size, plan.learningRate());
      } else {
        move(weight.values(), gradient, size, start, weight.tensor().offset(), plan);
      }
    }
  }

  private static void move(MemorySegment values, MemorySegment gradient, int size, float rate) {
    for (int i = 0; i < size; i++) {
      float value = values.getAtIndex(JAVA_FLOAT, i);
      values.setAtIndex(JAVA_FLOAT, i, value - rate * gradient.getAtIndex(JAVA_FLOAT, i));
    }
    gradient.fill((byte) 0);
  }

  private void move(
      MemorySegment values,
      MemorySegment gradient,
      int size,
      float[] start,
      int offset,
      TrainingPlan plan) {
    float decay = plan.weightDecay();
    float mu = plan.proximalMu();
    float momentum = plan.momentum();
    float rate = plan.learningRate();
    boolean gathers = momentum > 0;
    for (int i = 0; i < size; i++) {
      float value = values.getAtIndex(JAVA_FLOAT, i);
      float direction =
          gradient.getAtIndex(JAVA_FLOAT, i) + decay * value + mu * (value - start[offset + i]);
      if (gathers) {
        direction += momentum * velocity[offset + i];
        velocity[offset + i] = direction;
      }
      values.setAtIndex(JAVA_FLOAT, i, value - rate * direction);
    }
    gradient.fill((byte) 0);
  }
}
