package dev.kula.engine;

import dev.kula.KulaException;
import dev.kula.engine.blas.Blas;
import dev.kula.model.Samples;
import dev.kula.model.Scope;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.math.BigDecimal;
import java.util.random.RandomGenerator;

/**
 * Mini-batch gradient descent on a network. A batch larger than the network's buffers is fed in
 * parts whose gradients add up.
 *
 * <p>Not thread safe: keeps scratch memory.
 */
final class Training {
  private static final int PIECE = 1024;

  private final Network network;
  private final Loss loss;
  private final Descent descent;
  private float[] embeddings = {};
  private int[] order = {};

  Training(Network network, Loss loss, Blas blas) {
    this.network = network;
    this.loss = loss;
    descent = new Descent(network.layout().size(), blas);
  }

  /**
   * Trains in place.
   *
   * @throws KulaException (USER) if loss or parameters stop being finite
   */
  TrainingResult run(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random) {
    int count = samples.size();
    if (count == 0 || plan.epochs() == 0) {
      return new TrainingResult(0, 0);
    }
    int from = plan.scope() == Scope.HEAD ? network.head() : 0;
    if (from > 0) {
      embed(parameters, samples);
    }
    int offset = network.layout().offset(plan.scope());
    descent.begin(parameters, offset, plan, Math.min(count, plan.batchSize()) > network.capacity());
    prepareOrder(count);
    int steps = 0;
    double lossSum = 0;
    double weightSum = 0;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      shuffle(count, random);
      lossSum = 0;
      weightSum = 0;
      for (int start = 0; start < count; start += plan.batchSize()) {
        int end = start + Math.min(plan.batchSize(), count - start);
        double batchWeight = weight(samples, start, end);
        double batchLoss = descend(parameters, samples, from, start, end, batchWeight);
        if (!Double.isFinite(batchLoss)) {
          throw diverged("the loss", batchLoss, steps, plan);
        }
        descent.step(parameters, offset);
        lossSum += batchLoss;
        weightSum += batchWeight;
        steps++;
      }
    }
    requireFinite(parameters, offset, steps - 1, plan);
    return new TrainingResult(steps, lossSum / weightSum);
  }

  /** Hands the gradient of a batch to the descent; returns its weighted sum of losses. */
  private double descend(
      float[] parameters, Samples samples, int from, int start, int end, double batchWeight) {
    int outputs = network.outputSize();
    double lossSum = 0;
    for (int part = start; part < end; part += network.capacity()) {
      int rows = Math.min(network.capacity(), end - part);
      gather(samples, from, part, rows);
      network.forward(parameters, from, rows);
      float[] outputGradient = network.outputGradient();
      for (int row = 0; row < rows; row++) {
        int index = order[part + row];
        double weight = samples.weight(index);
        lossSum +=
            weight
                * loss.gradient(
                    network.output(),
                    row * outputs,
                    samples.target(index),
                    (float) (weight / batchWeight),
                    outputGradient);
      }
      descent.beginPart(part == start);
      network.descend(parameters, from, rows, descent);
    }
    return lossSum;
  }

  private void gather(Samples samples, int from, int part, int rows) {
    float[] input = network.input(from);
    if (from == 0) {
      int features = network.inputSize();
      for (int row = 0; row < rows; row++) {
        samples.copyFeatures(order[part + row], input, row * features);
      }
    } else {
      int width = network.embeddingSize();
      for (int row = 0; row < rows; row++) {
        System.arraycopy(embeddings, order[part + row] * width, input, row * width, width);
      }
    }
  }

  /** The body's outputs do not change while the head trains, so they are worked out once. */
  private void embed(float[] parameters, Samples samples) {
    int width = network.embeddingSize();
    int numbers = Math.multiplyExact(samples.size(), width);
    if (embeddings.length < numbers) {
      embeddings = new float[numbers];
    }
    network.embed(parameters, samples, embeddings);
  }

  private double weight(Samples samples, int start, int end) {
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += samples.weight(order[i]);
    }
    return sum;
  }

  private void prepareOrder(int count) {
    if (order.length < count) {
      order = new int[count];
    }
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
  }

  private void shuffle(int count, RandomGenerator random) {
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
  }

  /** The last step may leave the finite without any later loss to show it. */
  private static void requireFinite(float[] parameters, int offset, int steps, TrainingPlan plan) {
    if (isFinite(parameters, offset)) {
      return;
    }
    for (int i = offset; i < parameters.length; i++) {
      if (!Float.isFinite(parameters[i])) {
        throw diverged("a weight", parameters[i], steps, plan);
      }
    }
  }

  /** Zero times a number is zero unless the number is not finite; sums of that need no branch. */
  private static boolean isFinite(float[] parameters, int offset) {
    float[] piece = new float[PIECE];
    float[] sums = new float[PIECE];
    for (int start = offset; start < parameters.length; start += PIECE) {
      int count = Math.min(PIECE, parameters.length - start);
      System.arraycopy(parameters, start, piece, 0, count);
      for (int i = 0; i < count; i++) {
        sums[i] += 0f * piece[i];
      }
    }
    float sum = 0;
    for (float each : sums) {
      sum += each;
    }
    return sum == 0;
  }

  private static KulaException diverged(String what, double value, int steps, TrainingPlan plan) {
    BigDecimal rate = new BigDecimal(Float.toString(plan.learningRate()));
    return KulaException.user(
        "learning rate is '%s', but %s at step %d is %s and must be finite; try %s"
            .formatted(plan.learningRate(), what, steps + 1, value, rate.scaleByPowerOfTen(-1)));
  }
}
