package dev.kula.engine;

import dev.kula.KulaException;
import dev.kula.model.GradientNoise;
import dev.kula.model.PrivateSteps;
import dev.kula.model.Samples;
import dev.kula.model.Scope;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.random.RandomGenerator;

/**
 * Gradient descent that sees samples only through noised sums of clipped gradients (DP-SGD: Abadi
 * et al. 2016, Algorithm 1). A way back that stores no gradients gives the norm of each sample's
 * own; a second one, from output gradients scaled by what clipping leaves of them, gives the
 * clipped sum. The first layer, mostly the largest, has no way back to inputs, so the first of the
 * two costs little.
 *
 * <p>Not thread safe: keeps scratch memory.
 */
final class PrivateTraining {
  /** Leaves room for what rounding to floats may add to a clipped gradient. */
  private static final double ROOM = 1 - 0x1p-16;

  private final Network network;
  private final Loss loss;
  private final Descent descent;
  private final Feed feed;
  private double[] squares = {};

  PrivateTraining(Network network, Loss loss, Descent descent, Feed feed) {
    this.network = network;
    this.loss = loss;
    this.descent = descent;
    this.feed = feed;
  }

  /**
   * Trains in place.
   *
   * @throws KulaException (USER) if loss or parameters stop being finite
   */
  TrainingResult run(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      PrivateSteps steps,
      GradientNoise noise,
      RandomGenerator random) {
    if (plan.scope() == Scope.BODY) {
      throw new IllegalArgumentException("scope is BODY, must be ALL or HEAD to train privately");
    }
    int from = plan.scope() == Scope.HEAD ? network.head() : 0;
    int offset = network.layout().offset(plan.scope());
    feed.begin(parameters, samples, from);
    descent.beginNoised(parameters, offset, plan);
    if (squares.length == 0) {
      squares = new double[network.capacity()];
    }
    double meanLoss = 0;
    for (int step = 0; step < steps.steps(); step++) {
      int taken = feed.draw(steps.samplingRate(), random);
      double lossSum = 0;
      for (int part = 0; part < taken; part += network.capacity()) {
        int rows = Math.min(network.capacity(), taken - part);
        descent.beginPart(part == 0);
        lossSum += descend(parameters, from, part, rows, steps.clip());
      }
      if (!Double.isFinite(lossSum)) {
        throw Training.diverged("the loss", lossSum, step, plan);
      }
      descent.stepNoised(parameters, offset, taken == 0, noise, steps.expectedBatch());
      meanLoss = taken == 0 ? 0 : lossSum / feed.weight(0, taken);
    }
    Training.requireFinite(parameters, offset, steps.steps() - 1, plan);
    return new TrainingResult(steps.steps(), meanLoss);
  }

  /** Adds the clipped gradients of some samples; returns the weighted sum of their losses. */
  private double descend(float[] parameters, int from, int part, int rows, double clip) {
    feed.gather(part, rows);
    network.forward(parameters, from, rows);
    double lossSum = 0;
    for (int row = 0; row < rows; row++) {
      double weight = feed.weight(part + row);
      lossSum += weight * outputGradient(part, row, weight);
    }
    network.squaredNorms(parameters, from, rows, squares);
    for (int row = 0; row < rows; row++) {
      double norm = Math.sqrt(squares[row]);
      double factor = norm <= clip * ROOM ? 1 : clip * ROOM / norm;
      outputGradient(part, row, feed.weight(part + row) * factor);
    }
    network.descend(parameters, from, rows, descent);
    return lossSum;
  }

  /** Returns the loss of a row; its output gradient, times {@code scale}, is where it belongs. */
  private double outputGradient(int part, int row, double scale) {
    return loss.gradient(
        network.output(),
        row * network.outputSize(),
        feed.target(part + row),
        (float) scale,
        network.outputGradient());
  }
}
