package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.Evaluation;
import dev.kula.model.GradientNoise;
import dev.kula.model.ParameterLayout;
import dev.kula.model.PrivateSteps;
import dev.kula.model.Samples;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.random.RandomGenerator;

/** The seam's implementation on a {@link Network}: checks arguments and feeds samples in parts. */
final class NetworkEngine implements TrainingEngine {
  private static final float[] NO_CORRECTION = {};

  private final Network network;
  private final Task task;
  private final Loss loss;
  private final Training training;
  private final PrivateTraining privateTraining;
  private final String backend;

  NetworkEngine(Network network, Task task, Blas blas, String backend) {
    this.network = network;
    this.task = task;
    this.backend = backend;
    loss = Loss.of(task);
    Descent descent = new Descent(network.layout().size(), blas);
    Feed feed = new Feed(network);
    training = new Training(network, loss, descent, feed);
    privateTraining = new PrivateTraining(network, loss, descent, feed);
  }

  @Override
  public ParameterLayout layout() {
    return network.layout();
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public float[] initialParameters(RandomGenerator random) {
    return network.initialParameters(random);
  }

  @Override
  public TrainingResult train(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random) {
    checkLabelled(parameters, samples);
    plan.anchor().ifPresent(anchor -> check(anchor, samples));
    return training.run(parameters, samples, plan, NO_CORRECTION, random);
  }

  @Override
  public boolean correctsSteps() {
    return true;
  }

  @Override
  public TrainingResult trainCorrected(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      float[] correction,
      RandomGenerator random) {
    checkLabelled(parameters, samples);
    plan.anchor().ifPresent(anchor -> check(anchor, samples));
    if (correction.length != parameters.length) {
      throw new IllegalArgumentException(
          "correction is [%d], must be [%d]".formatted(correction.length, parameters.length));
    }
    return training.run(parameters, samples, plan, correction, random);
  }

  @Override
  public boolean clipsEachSample() {
    return true;
  }

  @Override
  public TrainingResult trainPrivately(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      PrivateSteps steps,
      GradientNoise noise,
      RandomGenerator random) {
    checkLabelled(parameters, samples);
    plan.anchor().ifPresent(anchor -> check(anchor, samples));
    return privateTraining.run(parameters, samples, plan, steps, noise, random);
  }

  @Override
  public void gradientNorms(float[] parameters, Samples samples, float[] into) {
    checkLabelled(parameters, samples);
    checkRoom(into, samples, 1);
    double[] squares = new double[Math.min(network.capacity(), samples.size())];
    for (int start = 0; start < samples.size(); start += network.capacity()) {
      int rows = forward(parameters, samples, start);
      for (int row = 0; row < rows; row++) {
        int at = row * network.outputSize();
        float target = samples.target(start + row);
        float weight = samples.weight(start + row);
        loss.gradient(network.output(), at, target, weight, network.outputGradient());
      }
      network.squaredNorms(parameters, 0, rows, squares);
      for (int row = 0; row < rows; row++) {
        into[start + row] = (float) Math.sqrt(squares[row]);
      }
    }
  }

  @Override
  public Evaluation evaluate(float[] parameters, Samples samples) {
    checkLabelled(parameters, samples);
    double weightSum = 0;
    double lossSum = 0;
    double correctSum = 0;
    float[] output = network.output();
    for (int start = 0; start < samples.size(); start += network.capacity()) {
      int rows = forward(parameters, samples, start);
      for (int row = 0; row < rows; row++) {
        int at = row * network.outputSize();
        float target = samples.target(start + row);
        double weight = samples.weight(start + row);
        weightSum += weight;
        lossSum += weight * loss.value(output, at, target);
        correctSum += weight * loss.right(output, at, target);
      }
    }
    return new Evaluation(weightSum, lossSum, correctSum);
  }

  @Override
  public void losses(float[] parameters, Samples samples, float[] into) {
    checkLabelled(parameters, samples);
    checkRoom(into, samples, 1);
    for (int start = 0; start < samples.size(); start += network.capacity()) {
      int rows = forward(parameters, samples, start);
      for (int row = 0; row < rows; row++) {
        int at = row * network.outputSize();
        float target = samples.target(start + row);
        into[start + row] = (float) loss.value(network.output(), at, target);
      }
    }
  }

  @Override
  public void outputs(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    int outputs = network.outputSize();
    checkRoom(into, samples, outputs);
    for (int start = 0; start < samples.size(); start += network.capacity()) {
      int rows = forward(parameters, samples, start);
      for (int row = 0; row < rows; row++) {
        loss.predict(network.output(), row * outputs, into, (start + row) * outputs);
      }
    }
  }

  @Override
  public int embeddingSize() {
    return network.embeddingSize();
  }

  @Override
  public void embed(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    checkRoom(into, samples, embeddingSize());
    network.embed(parameters, samples, into);
  }

  @Override
  public void importance(float[] parameters, Samples samples, float[] into) {
    checkLabelled(parameters, samples);
    checkRoom(into, samples, 1);
    int features = network.inputSize();
    for (int start = 0; start < samples.size(); start += network.capacity()) {
      int rows = forward(parameters, samples, start);
      for (int row = 0; row < rows; row++) {
        int at = row * network.outputSize();
        float target = samples.target(start + row);
        loss.gradient(network.output(), at, target, 1f, network.outputGradient());
      }
      float[] gradient = network.inputGradient(parameters, rows);
      for (int row = 0; row < rows; row++) {
        into[start + row] = products(network.input(0), gradient, row * features, features);
      }
    }
  }

  @Override
  public String backend() {
    return backend;
  }

  /** Outputs of the samples from {@code start} on, as many as fit; returns how many. */
  private int forward(float[] parameters, Samples samples, int start) {
    int rows = network.read(samples, start);
    network.forward(parameters, 0, rows);
    return rows;
  }

  private static float products(float[] input, float[] gradient, int offset, int count) {
    double sum = 0;
    for (int i = offset; i < offset + count; i++) {
      sum += Math.abs((double) input[i] * gradient[i]);
    }
    return (float) sum;
  }

  private void check(float[] parameters, Samples samples) {
    if (parameters.length != layout().size()) {
      throw new IllegalArgumentException(
          "parameters are [%d], must be [%d] as the layout says"
              .formatted(parameters.length, layout().size()));
    }
    if (samples.features() != network.inputSize()) {
      throw new IllegalArgumentException(
          "samples are [%d, %d], must be [%d, %d] for this model"
              .formatted(samples.size(), samples.features(), samples.size(), network.inputSize()));
    }
  }

  /**
   * Everything is checked before anything is computed, so that an error leaves nothing half done.
   */
  private void checkLabelled(float[] parameters, Samples samples) {
    check(parameters, samples);
    for (int i = 0; i < samples.size(); i++) {
      float target = samples.target(i);
      if (!loss.accepts(target)) {
        throw new IllegalArgumentException(
            "target of sample %d is %s, must be %s".formatted(i, target, loss.targetRule()));
      }
      float weight = samples.weight(i);
      if (!(weight > 0) || weight == Float.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "weight of sample %d is %s, must be positive and finite".formatted(i, weight));
      }
    }
  }

  private static void checkRoom(float[] into, Samples samples, int columns) {
    if (into.length < (long) samples.size() * columns) {
      throw new IllegalArgumentException(
          "array for results is [%d], must hold [%d, %d]"
              .formatted(into.length, samples.size(), columns));
    }
  }
}
