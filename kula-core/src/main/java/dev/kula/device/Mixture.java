package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A model v of the device's own, and how much of it is in the personal model v̄ = αv + (1 − α)w.
 * APFL (Deng et al. 2020, Algorithm 1): with w the device's copy of the global model and ξ a batch,
 * a step of rate η is
 *
 * <pre>
 *   w ← w − η∇f(w; ξ)
 *   v ← v − η∇ᵥf(v̄; ξ) = v − ηα∇f(v̄; ξ)
 * </pre>
 *
 * <p>both at the old values, and once a round, before its first step, α ← α − η⟨v − w, ∇f(v̄; ξ)⟩
 * (the paper's section on adaptive mixtures), kept within [0, 1]. All three move when the device is
 * in a cohort, and at no other time.
 *
 * @param own v, as long as the model; not changed
 * @param alpha α, in [0, 1]
 */
record Mixture(float[] own, float alpha) {
  /** Half of each, so that neither model is without a gradient. */
  private static final float FIRST_ALPHA = 0.5f;

  /** At the start v is w. */
  static Mixture first(float[] global) {
    return new Mixture(global.clone(), FIRST_ALPHA);
  }

  /** Reads what {@link #numbers} gave. */
  static Mixture of(float[] numbers) {
    int size = numbers.length - 1;
    return new Mixture(Arrays.copyOf(numbers, size), numbers[size]);
  }

  /** v, and after it α. */
  float[] numbers() {
    float[] numbers = Arrays.copyOf(own, own.length + 1);
    numbers[own.length] = alpha;
    return numbers;
  }

  /** v̄ with this w. */
  float[] with(float[] global) {
    float[] mixed = new float[own.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = alpha * own[i] + (1 - alpha) * global[i];
    }
    return mixed;
  }

  /**
   * What a round's training came to.
   *
   * @param mixture v and α
   * @param loss of w in the last epoch, weighted mean
   */
  record Trained(Mixture mixture, double loss) {}

  /**
   * A round's training.
   *
   * @param local w; changed
   * @param shared samples as the global model counts them
   * @param personal the same samples, weighted towards the target, for v
   */
  Trained train(
      float[] local,
      SampleSet shared,
      SampleSet personal,
      TrainingPlan plan,
      TrainingEngine engine,
      Seed seed) {
    // One step a call, so that a proximal term must be told where the round began.
    TrainingPlan step = plan.withEpochs(1);
    step = plan.proximalMu() > 0 ? step.withAnchor(local.clone()) : step;
    TrainingPlan ownStep = TrainingPlan.of(1, plan.batchSize(), plan.learningRate());
    RandomGenerator random = seed.generator();
    int[] order = new int[shared.size()];
    Arrays.setAll(order, i -> i);
    Mixture mixture = new Mixture(own.clone(), alpha);
    double lossSum = 0;
    boolean first = true;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      shuffle(order, random);
      lossSum = 0;
      for (int start = 0; start < order.length; start += plan.batchSize()) {
        int end = start + Math.min(plan.batchSize(), order.length - start);
        int[] batch = Arrays.copyOfRange(order, start, end);
        float[] mixed = mixture.with(local);
        float[] moved = mixed.clone();
        engine.train(moved, personal.select(batch), ownStep, random);
        if (first) {
          mixture = mixture.adapted(local, mixed, moved);
          first = false;
        }
        mixture.step(mixed, moved);
        double loss = engine.train(local, shared.select(batch), step, random).meanLoss();
        lossSum += loss * batch.length;
      }
    }
    return new Trained(mixture, order.length == 0 ? 0 : lossSum / order.length);
  }

  /** The same v with the next α; {@code mixed − moved} is η∇f(v̄). */
  private Mixture adapted(float[] global, float[] mixed, float[] moved) {
    double slope = 0;
    for (int i = 0; i < own.length; i++) {
      slope += ((double) own[i] - global[i]) * ((double) mixed[i] - moved[i]);
    }
    return new Mixture(own, (float) Math.clamp(alpha - slope, 0, 1));
  }

  private void step(float[] mixed, float[] moved) {
    for (int i = 0; i < own.length; i++) {
      own[i] -= alpha * (mixed[i] - moved[i]);
    }
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }
}
