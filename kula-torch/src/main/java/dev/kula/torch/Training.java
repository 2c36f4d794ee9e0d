package dev.kula.torch;

import dev.kula.KulaException;
import dev.kula.model.Samples;
import dev.kula.model.Scope;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Mini-batch gradient descent on a module. A batch larger than the module's capacity goes in parts,
 * whose gradients libtorch adds up.
 *
 * <p>Not thread safe: keeps scratch memory.
 */
final class Training {
  private final TorchModule module;
  private final Loss loss;
  private final Descent descent = new Descent();
  private final float[] batch;
  private final float[] output;
  private final float[] outputGradient;

  Training(TorchModule module, Loss loss) {
    this.module = module;
    this.loss = loss;
    int width = Math.max(module.features(), module.embeddingSize());
    batch = new float[module.capacity() * width];
    output = new float[module.capacity() * module.outputs()];
    outputGradient = new float[output.length];
  }

  /** One training call: its samples, and in which order they come. */
  private final class Run {
    private final Samples samples;
    private final TrainingPlan plan;
    private final RandomGenerator random;
    private final int[] order;

    /** What feeds the output layer, if that alone is trained; else empty. */
    private final float[] embeddings;

    Run(Samples samples, TrainingPlan plan, RandomGenerator random, float[] embeddings) {
      this.samples = samples;
      this.plan = plan;
      this.random = random;
      this.embeddings = embeddings;
      order = new int[samples.size()];
      Arrays.setAll(order, i -> i);
    }

    void shuffle() {
      for (int i = order.length - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
      }
    }

    double weight(int start, int end) {
      double sum = 0;
      for (int i = start; i < end; i++) {
        sum += samples.weight(order[i]);
      }
      return sum;
    }

    /** Adds the gradient of a batch to the module's; the batch's weighted sum of losses. */
    double gradient(int start, int end, double batchWeight) {
      double lossSum = 0;
      for (int part = start; part < end; part += module.capacity()) {
        int rows = Math.min(module.capacity(), end - part);
        try (Pass pass = forward(part, rows)) {
          pass.outputs(output);
          for (int row = 0; row < rows; row++) {
            int index = order[part + row];
            double weight = samples.weight(index);
            lossSum +=
                weight
                    * loss.gradient(
                        output,
                        row * module.outputs(),
                        samples.target(index),
                        (float) (weight / batchWeight),
                        outputGradient);
          }
          pass.backward(outputGradient, false);
        }
      }
      return lossSum;
    }

    private Pass forward(int part, int rows) {
      if (plan.scope() == Scope.HEAD) {
        int width = module.embeddingSize();
        for (int row = 0; row < rows; row++) {
          System.arraycopy(embeddings, order[part + row] * width, batch, row * width, width);
        }
        return module.trainHead(batch, rows);
      }
      for (int row = 0; row < rows; row++) {
        samples.copyFeatures(order[part + row], batch, row * module.features());
      }
      return module.train(batch, rows, random);
    }
  }

  /**
   * Trains in place; an error leaves the parameters as they were.
   *
   * @param embeddings of the samples, if {@code plan} trains the output layer alone
   * @throws KulaException (USER) if loss or parameters stop being finite
   */
  TrainingResult run(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      RandomGenerator random,
      float[] embeddings) {
    int count = samples.size();
    if (count == 0 || plan.epochs() == 0) {
      return new TrainingResult(0, 0);
    }
    Run run = new Run(samples, plan, random, embeddings);
    int from = module.layout().offset(plan.scope());
    int until = module.layout().end(plan.scope());
    float[] anchor = plan.anchor().orElse(parameters);
    module.copyIn(parameters);
    module.clearGradients();
    descent.begin(parameters.length, plan);
    int steps = 0;
    double lossSum = 0;
    double weightSum = 0;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      run.shuffle();
      lossSum = 0;
      weightSum = 0;
      for (int start = 0; start < count; start += plan.batchSize()) {
        int end = start + Math.min(plan.batchSize(), count - start);
        double batchWeight = run.weight(start, end);
        double batchLoss = run.gradient(start, end, batchWeight);
        if (!Double.isFinite(batchLoss)) {
          throw diverged("the loss", batchLoss, steps, plan);
        }
        descent.step(module.weights(), anchor, from, until, plan);
        lossSum += batchLoss;
        weightSum += batchWeight;
        steps++;
      }
    }
    float[] trained = parameters.clone();
    module.copyOut(trained, from);
    requireFinite(trained, from, steps - 1, plan);
    System.arraycopy(trained, from, parameters, from, parameters.length - from);
    return new TrainingResult(steps, lossSum / weightSum);
  }

  /** The last step may leave the finite without any later loss to show it. */
  private static void requireFinite(float[] parameters, int from, int steps, TrainingPlan plan) {
    for (int i = from; i < parameters.length; i++) {
      if (!Float.isFinite(parameters[i])) {
        throw diverged("a weight", parameters[i], steps, plan);
      }
    }
  }

  private static KulaException diverged(String what, double value, int steps, TrainingPlan plan) {
    BigDecimal rate = new BigDecimal(Float.toString(plan.learningRate()));
    return KulaException.user(
        "learning rate is '%s', but %s at step %d is %s and must be finite; try %s"
            .formatted(plan.learningRate(), what, steps + 1, value, rate.scaleByPowerOfTen(-1)));
  }
}
