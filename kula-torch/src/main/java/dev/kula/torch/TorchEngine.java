package dev.kula.torch;

import dev.kula.model.Evaluation;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Samples;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.random.RandomGenerator;

/** The seam's implementation on a {@link TorchModule}: checks arguments, feeds samples in parts. */
final class TorchEngine implements TrainingEngine {
  private final TorchModule module;
  private final Task task;
  private final Loss loss;
  private final Training training;
  private final String backend;
  private final float[] batch;
  private final float[] output;

  TorchEngine(TorchModule module, Task task, String backend) {
    this.module = module;
    this.task = task;
    this.backend = backend;
    loss = Loss.of(task);
    training = new Training(module, loss);
    batch = new float[module.capacity() * module.features()];
    output = new float[module.capacity() * module.outputs()];
  }

  @Override
  public ParameterLayout layout() {
    return module.layout();
  }

  @Override
  public Task task() {
    return task;
  }

  @Override
  public float[] initialParameters(RandomGenerator random) {
    return module.fileParameters();
  }

  @Override
  public TrainingResult train(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random) {
    checkLabelled(parameters, samples);
    plan.anchor().ifPresent(anchor -> check(anchor, samples));
    float[] embeddings = {};
    if (plan.scope() == Scope.HEAD) {
      embeddings = new float[Math.multiplyExact(samples.size(), embeddingSize())];
      embed(parameters, samples, embeddings);
    }
    TorchLibrary.prepareThread();
    return training.run(parameters, samples, plan, random, embeddings);
  }

  /** What to do with one sample and its raw outputs, which begin at {@code at}. */
  @FunctionalInterface
  private interface Reader {
    void read(int index, int at);
  }

  private void forEach(float[] parameters, Samples samples, Reader reader) {
    begin(parameters);
    int outputs = module.outputs();
    for (int start = 0; start < samples.size(); start += module.capacity()) {
      int rows = gather(samples, start);
      module.infer(batch, rows, output);
      for (int row = 0; row < rows; row++) {
        reader.read(start + row, row * outputs);
      }
    }
  }

  /** Makes the thread and the module ready to compute. */
  private void begin(float[] parameters) {
    TorchLibrary.prepareThread();
    module.copyIn(parameters);
  }

  /** Copies the samples from {@code start} on, as many as fit; how many. */
  private int gather(Samples samples, int start) {
    int rows = Math.min(module.capacity(), samples.size() - start);
    for (int row = 0; row < rows; row++) {
      samples.copyFeatures(start + row, batch, row * module.features());
    }
    return rows;
  }

  @Override
  public Evaluation evaluate(float[] parameters, Samples samples) {
    checkLabelled(parameters, samples);
    double[] sums = new double[3];
    float[] unused = new float[output.length];
    forEach(
        parameters,
        samples,
        (index, at) -> {
          float target = samples.target(index);
          double weight = samples.weight(index);
          sums[0] += weight;
          sums[1] += weight * loss.gradient(output, at, target, 1f, unused);
          sums[2] += weight * loss.right(output, at, target);
        });
    return new Evaluation(sums[0], sums[1], sums[2]);
  }

  @Override
  public void losses(float[] parameters, Samples samples, float[] into) {
    checkLabelled(parameters, samples);
    checkRoom(into, samples, 1);
    float[] unused = new float[output.length];
    forEach(
        parameters,
        samples,
        (index, at) ->
            into[index] = (float) loss.gradient(output, at, samples.target(index), 1f, unused));
  }

  @Override
  public void outputs(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    int outputs = module.outputs();
    checkRoom(into, samples, outputs);
    forEach(
        parameters,
        samples,
        (index, at) -> {
          loss.predict(output, at);
          System.arraycopy(output, at, into, index * outputs, outputs);
        });
  }

  @Override
  public int embeddingSize() {
    return module.embeddingSize();
  }

  @Override
  public void embed(float[] parameters, Samples samples, float[] into) {
    check(parameters, samples);
    checkRoom(into, samples, embeddingSize());
    begin(parameters);
    for (int start = 0; start < samples.size(); start += module.capacity()) {
      module.embed(batch, gather(samples, start), into, start * embeddingSize());
    }
  }

  @Override
  public void importance(float[] parameters, Samples samples, float[] into) {
    checkLabelled(parameters, samples);
    checkRoom(into, samples, 1);
    begin(parameters);
    int features = module.features();
    int outputs = module.outputs();
    float[] outputGradient = new float[output.length];
    float[] gradient = new float[batch.length];
    for (int start = 0; start < samples.size(); start += module.capacity()) {
      int rows = gather(samples, start);
      try (Pass pass = module.explain(batch, rows)) {
        pass.outputs(output);
        for (int row = 0; row < rows; row++) {
          loss.gradient(output, row * outputs, samples.target(start + row), 1f, outputGradient);
        }
        pass.backward(outputGradient, false);
        pass.inputGradient(gradient, rows * features);
      }
      for (int row = 0; row < rows; row++) {
        double sum = 0;
        for (int i = row * features; i < (row + 1) * features; i++) {
          sum += Math.abs((double) batch[i] * gradient[i]);
        }
        into[start + row] = (float) sum;
      }
    }
  }

  @Override
  public String backend() {
    return backend;
  }

  @Override
  public void close() {
    module.close();
  }

  private void check(float[] parameters, Samples samples) {
    if (parameters.length != layout().size()) {
      throw new IllegalArgumentException(
          "parameters are [%d], must be [%d] as the layout says"
              .formatted(parameters.length, layout().size()));
    }
    if (samples.features() != module.features()) {
      throw new IllegalArgumentException(
          "samples are [%d, %d], must be [%d, %d] for this model"
              .formatted(samples.size(), samples.features(), samples.size(), module.features()));
    }
  }

  /** Checks everything before anything is computed, so that an error leaves nothing half done. */
  private void checkLabelled(float[] parameters, Samples samples) {
    check(parameters, samples);
    for (int i = 0; i < samples.size(); i++) {
      float target = samples.target(i);
      String rule = loss.complaint(target);
      if (!rule.isEmpty()) {
        throw new IllegalArgumentException(
            "target of sample %d is %s, must be %s".formatted(i, target, rule));
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
