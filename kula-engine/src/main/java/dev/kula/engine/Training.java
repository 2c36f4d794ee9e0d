package dev.kula.engine;

import dev.kula.KulaException;
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
 * <p>Not thread safe.
 */
final class Training {
  private static final int PIECE = 1024;

  private final Network network;
  private final Loss loss;
  private final Descent descent;
  private final Feed feed;

  Training(Network network, Loss loss, Descent descent, Feed feed) {
    this.network = network;
    this.loss = loss;
    this.descent = descent;
    this.feed = feed;
  }

  /**
   * Trains in place.
   *
   * @param correction added to each gradient, one number a parameter; empty for none
   * @throws KulaException (USER) if loss or parameters stop being finite
   */
  TrainingResult run(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      float[] correction,
      RandomGenerator random) {
    int count = samples.size();
    if (count == 0 || plan.epochs() == 0) {
      return new TrainingResult(0, 0);
    }
    int from = plan.scope() == Scope.HEAD ? network.head() : 0;
    feed.begin(parameters, samples, from);
    int offset = network.layout().offset(plan.scope());
    int end = network.layout().end(plan.scope());
    boolean inParts = Math.min(count, plan.batchSize()) > network.capacity();
    descent.begin(parameters, offset, end, plan, correction, inParts);
    int steps = 0;
    double lossSum = 0;
    double weightSum = 0;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      feed.shuffle(random);
      lossSum = 0;
      weightSum = 0;
      for (int start = 0; start < count; start += plan.batchSize()) {
        int next = start + Math.min(plan.batchSize(), count - start);
        double batchWeight = feed.weight(start, next);
        double batchLoss = descend(parameters, from, start, next, batchWeight);
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
  private double descend(float[] parameters, int from, int start, int end, double batchWeight) {
    int outputs = network.outputSize();
    double lossSum = 0;
    for (int part = start; part < end; part += network.capacity()) {
      int rows = Math.min(network.capacity(), end - part);
      feed.gather(part, rows);
      network.forward(parameters, from, rows);
      float[] outputGradient = network.outputGradient();
      for (int row = 0; row < rows; row++) {
        double weight = feed.weight(part + row);
        lossSum +=
            weight
                * loss.gradient(
                    network.output(),
                    row * outputs,
                    feed.target(part + row),
                    (float) (weight / batchWeight),
                    outputGradient);
      }
      descent.beginPart(part == start);
      network.descend(parameters, from, rows, descent);
    }
    return lossSum;
  }

  /** The last step may leave the finite without any later loss to show it. */
  static void requireFinite(float[] parameters, int offset, int steps, TrainingPlan plan) {
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

  static KulaException diverged(String what, double value, int steps, TrainingPlan plan) {
    BigDecimal rate = new BigDecimal(Float.toString(plan.learningRate()));
    return KulaException.user(
        "learning rate is '%s', but %s at step %d is %s and must be finite; try %s"
            .formatted(plan.learningRate(), what, steps + 1, value, rate.scaleByPowerOfTen(-1)));
  }
}
