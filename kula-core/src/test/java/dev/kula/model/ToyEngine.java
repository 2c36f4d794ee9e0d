package dev.kula.model;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A softmax regression, bare or behind one scale a feature: z = W (s ∘ x) + b. The scales are the
 * body, W and b the head, so that scopes and visits have something to leave alone. Plain loops in
 * double precision, no momentum; deterministic on every machine.
 */
public final class ToyEngine implements TrainingEngine {
  private final int features;

  /** Where the head begins: after the scales, if there are any. */
  private final int head;

  private final Task.Classification task;
  private final ParameterLayout layout;

  private ToyEngine(int features, int classes, boolean scaled) {
    this.features = features;
    this.head = scaled ? features : 0;
    this.task = new Task.Classification(classes);
    List<ParameterLayout.Tensor> tensors = new ArrayList<>();
    if (scaled) {
      tensors.add(new ParameterLayout.Tensor("scale", List.of(features), 0));
    }
    tensors.add(new ParameterLayout.Tensor("head.weight", List.of(classes, features), head));
    tensors.add(
        new ParameterLayout.Tensor("head.bias", List.of(classes), head + classes * features));
    this.layout = new ParameterLayout(tensors);
  }

  /** A model of {@code features} numbers a sample, with a body. */
  public static ToyEngine scaled(int features, int classes) {
    return new ToyEngine(features, classes, true);
  }

  /** The head alone. */
  public static ToyEngine bare(int features, int classes) {
    return new ToyEngine(features, classes, false);
  }

  /** Makes bare engines for {@code softmax}, and engines with a body for all else. */
  public static EngineFactory factory() {
    return (spec, input, task) ->
        new ToyEngine(input.size(), task.outputs(), !(spec instanceof ModelSpec.Softmax));
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
    for (int i = 0; i < parameters.length - task.classes(); i++) {
      parameters[i] = i < head ? 1 : (float) (0.1 * random.nextGaussian());
    }
    return parameters;
  }

  @Override
  public TrainingResult train(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random) {
    return trainCorrected(parameters, samples, plan, new float[parameters.length], random);
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
    float[] start = plan.anchor().orElse(parameters).clone();
    int[] order = new int[samples.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int steps = 0;
    double lossSum = 0;
    double weightSum = 0;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      shuffle(order, random);
      lossSum = 0;
      weightSum = 0;
      for (int from = 0; from < order.length; from += plan.batchSize()) {
        int to = Math.min(order.length, from + plan.batchSize());
        double[] gradient = new double[parameters.length];
        double batchWeight = 0;
        for (int k = from; k < to; k++) {
          double weight = samples.weight(order[k]);
          lossSum += weight * addGradient(parameters, samples, order[k], weight, gradient);
          batchWeight += weight;
        }
        weightSum += batchWeight;
        for (int i = layout.offset(plan.scope()); i < layout.end(plan.scope()); i++) {
          double slope = gradient[i] / batchWeight + plan.proximalMu() * (parameters[i] - start[i]);
          parameters[i] -= (float) (plan.learningRate() * (slope + correction[i]));
        }
        steps++;
      }
    }
    return new TrainingResult(steps, weightSum == 0 ? 0 : lossSum / weightSum);
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
    int offset = layout.offset(plan.scope());
    for (int step = 0; step < steps.steps(); step++) {
      float[] sum = new float[parameters.length];
      for (int sample = 0; sample < samples.size(); sample++) {
        if (random.nextDouble() < steps.samplingRate()) {
          double[] gradient = new double[parameters.length];
          addGradient(parameters, samples, sample, samples.weight(sample), gradient);
          double factor = Math.min(1, steps.clip() / norm(gradient, offset));
          for (int i = offset; i < gradient.length; i++) {
            sum[i] += (float) (factor * gradient[i]);
          }
        }
      }
      noise.addTo(sum, offset, sum.length);
      for (int i = offset; i < sum.length; i++) {
        parameters[i] -= (float) (plan.learningRate() * sum[i] / steps.expectedBatch());
      }
    }
    return new TrainingResult(steps.steps(), 0);
  }

  @Override
  public void gradientNorms(float[] parameters, Samples samples, float[] into) {
    for (int sample = 0; sample < samples.size(); sample++) {
      double[] gradient = new double[parameters.length];
      addGradient(parameters, samples, sample, samples.weight(sample), gradient);
      into[sample] = (float) norm(gradient, 0);
    }
  }

  private static double norm(double[] vector, int offset) {
    double squares = 0;
    for (int i = offset; i < vector.length; i++) {
      squares += vector[i] * vector[i];
    }
    return Math.sqrt(squares);
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  /** Adds one sample's gradient; returns its loss. */
  private double addGradient(
      float[] parameters, Samples samples, int index, double weight, double[] gradient) {
    float[] x = features(samples, index);
    double[] p = probabilities(parameters, x);
    int label = (int) samples.target(index);
    int bias = head + task.classes() * features;
    for (int c = 0; c < p.length; c++) {
      double error = weight * (p[c] - (c == label ? 1 : 0));
      gradient[bias + c] += error;
      for (int k = 0; k < features; k++) {
        double weighted = error * parameters[head + c * features + k] * x[k];
        gradient[head + c * features + k] += error * scale(parameters, k) * x[k];
        if (head > 0) {
          gradient[k] += weighted;
        }
      }
    }
    return -Math.log(Math.max(1e-30, p[label]));
  }

  private float scale(float[] parameters, int feature) {
    return head == 0 ? 1 : parameters[feature];
  }

  private float[] features(Samples samples, int index) {
    float[] x = new float[features];
    samples.copyFeatures(index, x, 0);
    return x;
  }

  private double[] probabilities(float[] parameters, float[] x) {
    double[] z = new double[task.classes()];
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < z.length; c++) {
      z[c] = parameters[head + z.length * features + c];
      for (int k = 0; k < features; k++) {
        z[c] += (double) parameters[head + c * features + k] * scale(parameters, k) * x[k];
      }
      largest = Math.max(largest, z[c]);
    }
    double sum = 0;
    for (int c = 0; c < z.length; c++) {
      z[c] = Math.exp(z[c] - largest);
      sum += z[c];
    }
    for (int c = 0; c < z.length; c++) {
      z[c] /= sum;
    }
    return z;
  }

  @Override
  public Evaluation evaluate(float[] parameters, Samples samples) {
    Evaluation all = Evaluation.EMPTY;
    for (int i = 0; i < samples.size(); i++) {
      double[] p = probabilities(parameters, features(samples, i));
      int label = (int) samples.target(i);
      boolean right = true;
      for (int c = 0; c < p.length; c++) {
        right &= c == label || p[c] < p[label];
      }
      double weight = samples.weight(i);
      double loss = -Math.log(Math.max(1e-30, p[label]));
      all = all.plus(new Evaluation(weight, weight * loss, right ? weight : 0));
    }
    return all;
  }

  @Override
  public void losses(float[] parameters, Samples samples, float[] into) {
    for (int i = 0; i < samples.size(); i++) {
      double[] p = probabilities(parameters, features(samples, i));
      into[i] = (float) -Math.log(Math.max(1e-30, p[(int) samples.target(i)]));
    }
  }

  @Override
  public void outputs(float[] parameters, Samples samples, float[] into) {
    for (int i = 0; i < samples.size(); i++) {
      double[] p = probabilities(parameters, features(samples, i));
      for (int c = 0; c < p.length; c++) {
        into[i * p.length + c] = (float) p[c];
      }
    }
  }

  @Override
  public int embeddingSize() {
    return features;
  }

  @Override
  public void embed(float[] parameters, Samples samples, float[] into) {
    for (int i = 0; i < samples.size(); i++) {
      samples.copyFeatures(i, into, i * features);
      for (int k = 0; k < features; k++) {
        into[i * features + k] *= scale(parameters, k);
      }
    }
  }

  @Override
  public void importance(float[] parameters, Samples samples, float[] into) {
    for (int i = 0; i < samples.size(); i++) {
      float[] x = features(samples, i);
      double[] p = probabilities(parameters, x);
      double sum = 0;
      for (int k = 0; k < features; k++) {
        double slope = 0;
        for (int c = 0; c < p.length; c++) {
          double error = p[c] - (c == (int) samples.target(i) ? 1 : 0);
          slope += error * parameters[head + c * features + k] * scale(parameters, k);
        }
        sum += Math.abs(slope * x[k]);
      }
      into[i] = (float) sum;
    }
  }

  @Override
  public String backend() {
    return "toy";
  }
}
