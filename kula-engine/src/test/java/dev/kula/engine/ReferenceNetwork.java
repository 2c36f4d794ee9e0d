package dev.kula.engine;

import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * The architectures once more, one sample at a time in double precision and straight from their
 * definitions, as the truth that engines are held against. Knows no gradients: those come from
 * finite differences of its loss.
 */
final class ReferenceNetwork {
  private final EngineCase of;
  private final Loss loss;
  private int at;

  /** What a sample costs by what a model says of it. */
  interface Loss {
    double of(double[] outputs, float target);
  }

  ReferenceNetwork(EngineCase of) {
    this(of, (outputs, target) -> loss(of.task(), outputs, target));
  }

  ReferenceNetwork(EngineCase of, Loss loss) {
    this.of = of;
    this.loss = loss;
  }

  /** What feeds the output layer. */
  double[] embed(double[] parameters, double[] input) {
    at = 0;
    double[] here = input;
    List<Integer> hidden = new ArrayList<>();
    switch (of.spec()) {
      case ModelSpec.Softmax softmax -> {}
      case ModelSpec.Mlp mlp -> hidden.addAll(mlp.hidden());
      case ModelSpec.Cnn cnn -> {
        int height = of.input().height();
        int width = of.input().width();
        here = convolve(parameters, here, of.input().channels(), height, width, 32);
        here = pool(rectify(here), 32, height, width);
        here = convolve(parameters, here, 32, height / 2, width / 2, 64);
        here = pool(rectify(here), 64, height / 2, width / 2);
        here = channelsLast(here, 64);
        hidden.add(512);
      }
      case ModelSpec.Own own -> throw new IllegalArgumentException(own.notation());
      case ModelSpec.TorchScript torchScript ->
          throw new IllegalArgumentException(torchScript.file() + " defines itself");
    }
    for (int units : hidden) {
      here = rectify(dense(parameters, here, units));
    }
    return here;
  }

  /** Raw outputs. */
  double[] logits(double[] parameters, double[] input) {
    double[] embedding = embed(parameters, input);
    return dense(parameters, embedding, of.task().outputs());
  }

  /** Probabilities or predictions. */
  double[] outputs(double[] parameters, double[] input) {
    double[] logits = logits(parameters, input);
    if (!of.classifies()) {
      return logits;
    }
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    for (int i = 0; i < logits.length; i++) {
      logits[i] = Math.exp(logits[i]) / sum;
    }
    return logits;
  }

  double loss(double[] parameters, double[] input, float target) {
    return loss.of(outputs(parameters, input), target);
  }

  /** Cross-entropy, or half the squared error. */
  static double loss(Task task, double[] outputs, float target) {
    return switch (task) {
      case Task.Classification classification -> -Math.log(outputs[(int) target]);
      case Task.Regression regression -> 0.5 * (outputs[0] - target) * (outputs[0] - target);
    };
  }

  /** Weighted mean over all samples. */
  double meanLoss(double[] parameters, Samples samples) {
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < samples.size(); i++) {
      sum += samples.weight(i) * loss(parameters, row(samples, i), samples.target(i));
      weights += samples.weight(i);
    }
    return sum / weights;
  }

  static double[] row(Samples samples, int index) {
    float[] features = new float[samples.features()];
    samples.copyFeatures(index, features, 0);
    return doubles(features);
  }

  static double[] doubles(float[] numbers) {
    double[] result = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      result[i] = numbers[i];
    }
    return result;
  }

  private double[] dense(double[] parameters, double[] input, int units) {
    double[] output = new double[units];
    for (int unit = 0; unit < units; unit++) {
      double sum = parameters[at + units * input.length + unit];
      for (int i = 0; i < input.length; i++) {
        sum += parameters[at + unit * input.length + i] * input[i];
      }
      output[unit] = sum;
    }
    at += units * input.length + units;
    return output;
  }

  private double[] convolve(
      double[] parameters, double[] image, int channels, int height, int width, int filters) {
    double[] output = new double[filters * height * width];
    for (int filter = 0; filter < filters; filter++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          double sum = parameters[at + filters * channels * 25 + filter];
          for (int channel = 0; channel < channels; channel++) {
            for (int tapY = Math.max(0, 2 - y); tapY < Math.min(5, height + 2 - y); tapY++) {
              for (int tapX = Math.max(0, 2 - x); tapX < Math.min(5, width + 2 - x); tapX++) {
                sum +=
                    parameters[at + ((tapY * 5 + tapX) * channels + channel) * filters + filter]
                        * image[(channel * height + y + tapY - 2) * width + x + tapX - 2];
              }
            }
          }
          output[(filter * height + y) * width + x] = sum;
        }
      }
    }
    at += filters * channels * 25 + filters;
    return output;
  }

  private static double[] pool(double[] image, int channels, int height, int width) {
    int pooledHeight = height / 2;
    int pooledWidth = width / 2;
    double[] output = new double[channels * pooledHeight * pooledWidth];
    for (int channel = 0; channel < channels; channel++) {
      for (int y = 0; y < pooledHeight; y++) {
        for (int x = 0; x < pooledWidth; x++) {
          int corner = (channel * height + 2 * y) * width + 2 * x;
          output[(channel * pooledHeight + y) * pooledWidth + x] =
              Math.max(
                  Math.max(image[corner], image[corner + 1]),
                  Math.max(image[corner + width], image[corner + width + 1]));
        }
      }
    }
    return output;
  }

  private static double[] channelsLast(double[] image, int channels) {
    int pixels = image.length / channels;
    double[] output = new double[image.length];
    for (int i = 0; i < image.length; i++) {
      output[i % pixels * channels + i / pixels] = image[i];
    }
    return output;
  }

  private static double[] rectify(double[] numbers) {
    double[] output = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      output[i] = Math.max(0, numbers[i]);
    }
    return output;
  }
}
