package dev.kula.examples.extensions;

import dev.kula.KulaException;
import dev.kula.model.Evaluation;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Samples;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Trains one affine layer for the Brier score of its softmax, in plain Java. */
final class BrierEngine implements TrainingEngine {
  private static final float LARGEST = 1e18f;

  private final int features;
  private final int classes;
  private final Task.Classification task;
  private final ParameterLayout layout;

  /** Scratch: a sample, its probabilities, and the gradient by its logits. */
  private final float[] row;

  private final double[] probabilities;
  private final double[] slopes;

  BrierEngine(int features, Task.Classification task) {
    this.features = features;
    this.classes = task.classes();
    this.task = task;
    Tensor weight = new Tensor("output.weight", List.of(classes, features), 0);
    Tensor bias = new Tensor("output.bias", List.of(classes), classes * features);
    this.layout = new ParameterLayout(List.of(weight, bias));
    this.row = new float[features];
    this.probabilities = new double[classes];
    this.slopes = new double[classes];
  }

  @Override
  public ParameterLayout layout() {
    return layout;
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public float[] initialParameters(RandomGenerator random) {
    float[] parameters = new float[layout.size()];
    double bound = Math.sqrt(6.0 / features);
    for (int i = 0; i < classes * features; i++) {
      parameters[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return parameters;
  }

  @Override
  public TrainingResult train(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random) {
    check(parameters, samples);
    float[] anchor = plan.anchor().orElse(parameters).clone();
    if (anchor.length != parameters.length) {
      throw new IllegalArgumentException(
          "anchor is [%d], must be [%d]".formatted(anchor.length, parameters.length));
    }
    // All of the model is its head.
    boolean trains = plan.scope() != Scope.BODY;
    float[] velocity = new float[parameters.length];
    int[] order = new int[samples.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int steps = 0;
    double mean = 0;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      shuffle(order, random);
      double losses = 0;
      double weights = 0;
      int batch = Math.clamp(order.length, 1, plan.batchSize());
      for (int from = 0; from < order.length; from += batch) {
        int to = Math.min(order.length, from + batch);
        float[] gradient = new float[parameters.length];
        double batchLosses = 0;
        double batchWeights = 0;
        for (int i = from; i < to; i++) {
          float weight = samples.weight(order[i]);
          batchLosses += weight * addGradient(parameters, samples, order[i], weight, gradient);
          batchWeights += weight;
        }
        if (trains) {
          step(parameters, gradient, batchWeights, velocity, anchor, plan);
        }
        requireSteady(parameters, steps, plan);
        losses += batchLosses;
        weights += batchWeights;
        steps++;
      }
      mean = weights == 0 ? 0 : losses / weights;
    }
    return new TrainingResult(steps, mean);
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
  }

  private static void step(
      float[] parameters,
      float[] gradient,
      double weights,
      float[] velocity,
      float[] anchor,
      TrainingPlan plan) {
    for (int i = 0; i < parameters.length; i++) {
      double pull = plan.proximalMu() * (parameters[i] - anchor[i]);
      double slope = gradient[i] / weights + plan.weightDecay() * parameters[i] + pull;
      velocity[i] = (float) (plan.momentum() * velocity[i] + slope);
      parameters[i] -= plan.learningRate() * velocity[i];
    }
  }

  /** The loss has a bound, so that it shows in the weights alone that training has diverged. */
  private static void requireSteady(float[] parameters, int steps, TrainingPlan plan) {
    for (float each : parameters) {
      if (!(Math.abs(each) < LARGEST)) {
        throw KulaException.user(
            "learning rate is '%s', but a weight at step %d is %s and must be below %s; try %s"
                .formatted(
                    plan.learningRate(),
                    steps + 1,
                    each,
                    LARGEST,
                    new BigDecimal(Float.toString(plan.learningRate())).scaleByPowerOfTen(-1)));
      }
    }
  }

  /** Adds a sample's gradient times its weight; the loss, unweighted. */
  private double addGradient(
      float[] parameters, Samples samples, int sample, float weight, float[] into) {
    predict(parameters, samples, sample);
    double loss = slopes((int) samples.target(sample));
    for (int k = 0; k < classes; k++) {
      float slope = (float) (weight * slopes[k]);
      for (int i = 0; i < features; i++) {
        into[k * features + i] += slope * row[i];
      }
      into[classes * features + k] += slope;
    }
    return loss;
  }

  /** Probabilities of a sample, which stays in {@link #row}. */
  private void predict(float[] parameters, Samples samples, int sample) {
    samples.copyFeatures(sample, row, 0);
    float largest = Float.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      float logit = parameters[classes * features + k];
      for (int i = 0; i < features; i++) {
        logit += parameters[k * features + i] * row[i];
      }
      probabilities[k] = logit;
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      probabilities[k] = Math.exp(probabilities[k] - largest);
      sum += probabilities[k];
    }
    for (int k = 0; k < classes; k++) {
      probabilities[k] /= sum;
    }
  }

  /** Loss of what was predicted; its slope by each logit, pₖ ((pₖ − yₖ) − Σⱼ pⱼ (pⱼ − yⱼ)). */
  private double slopes(int target) {
    double loss = 0;
    double mean = 0;
    for (int k = 0; k < classes; k++) {
      double error = probabilities[k] - (k == target ? 1 : 0);
      loss += error * error / 2;
      mean += probabilities[k] * error;
    }
    for (int k = 0; k < classes; k++) {
      double error = probabilities[k] - (k == target ? 1 : 0);
      slopes[k] = probabilities[k] * (error - mean);
    }
    return loss;
  }

  @Override
  public Evaluation evaluate(float[] parameters, Samples samples) {
    check(parameters, samples);
    Evaluation all = Evaluation.EMPTY;
    for (int n = 0; n < samples.size(); n++) {
      predict(parameters, samples, n);
      int best = 0;
      for (int k = 1; k < classes; k++) {
        best = probabilities[k] > probabilities[best] ? k : best;
      }
      float weight = samples.weight(n);
      int target = (int) samples.target(n);
      all = all.plus(new Evaluation(weight, weight * slopes(target), best == target ? weight : 0));
    }
    return all;
  }

  @Override
  public void losses(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    requireRoom(into, samples, 1);
    for (int n = 0; n < samples.size(); n++) {
      predict(parameters, samples, n);
      into[n] = (float) slopes((int) samples.target(n));
    }
  }

  @Override
  public void outputs(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    requireRoom(into, samples, classes);
    for (int n = 0; n < samples.size(); n++) {
      predict(parameters, samples, n);
      for (int k = 0; k < classes; k++) {
        into[n * classes + k] = (float) probabilities[k];
      }
    }
  }

  @Override
  public int embeddingSize() {
    return features;
  }

  /** A sample is what feeds the only layer. */
  @Override
  public void embed(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    requireRoom(into, samples, features);
    for (int n = 0; n < samples.size(); n++) {
      samples.copyFeatures(n, into, n * features);
    }
  }

  @Override
  public void importance(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    requireRoom(into, samples, 1);
    for (int n = 0; n < samples.size(); n++) {
      predict(parameters, samples, n);
      slopes((int) samples.target(n));
      double sum = 0;
      for (int i = 0; i < features; i++) {
        double slope = 0;
        for (int k = 0; k < classes; k++) {
          slope += slopes[k] * parameters[k * features + i];
        }
        sum += Math.abs(row[i] * slope);
      }
      into[n] = (float) sum;
    }
  }

  @Override
  public String backend() {
    return "java, Brier score";
  }

  private void check(float[] parameters, Samples samples) {
    require(
        parameters.length == layout.size(),
        () -> "parameters are [%d], must be [%d]".formatted(parameters.length, layout.size()));
    int count = samples.size();
    int found = samples.features();
    require(
        found == features,
        () -> "samples are [%d, %d], must be [%d, %d]".formatted(count, found, count, features));
    for (int n = 0; n < count; n++) {
      int sample = n;
      float target = samples.target(n);
      require(
          target >= 0 && target < classes && target == (int) target,
          () ->
              "class of sample %d is %s, must be a whole number from 0 to %d"
                  .formatted(sample, target, classes - 1));
      float weight = samples.weight(n);
      require(
          weight > 0,
          () -> "weight of sample %d is %s, must be positive".formatted(sample, weight));
    }
  }

  private static void requireRoom(float[] into, Samples samples, int each) {
    require(
        into.length >= samples.size() * each,
        () ->
            "array for results is [%d], must hold [%d, %d]"
                .formatted(into.length, samples.size(), each));
  }

  private static void require(boolean holds, Supplier<String> rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule.get());
    }
  }
}
