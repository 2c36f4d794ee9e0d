package dev.kula.torch;

import dev.kula.model.Task;

/** What outputs cost: {@code output} holds one sample's raw outputs from {@code offset} on. */
sealed interface Loss {
  static Loss of(Task task) {
    return switch (task) {
      case Task.Classification classification -> new CrossEntropy(classification.classes());
      case Task.Regression regression -> new SquaredError();
    };
  }

  /** What is wrong with a target that cannot be met: what it must be; else empty. */
  String complaint(float target);

  /** The loss; its gradient times {@code scale} into {@code gradient} from {@code offset} on. */
  double gradient(float[] output, int offset, float target, float scale, float[] gradient);

  /** 1 if the largest output is at the target's class, else 0. */
  int right(float[] output, int offset, float target);

  /** Turns raw outputs into probabilities or predictions, in place. */
  void predict(float[] output, int offset);

  /** −ln of the softmax probability of the right class. */
  record CrossEntropy(int classes) implements Loss {
    @Override
    public String complaint(float target) {
      boolean fits = target >= 0 && target < classes && target == (int) target;
      return fits ? "" : "a class number from 0 to " + (classes - 1);
    }

    @Override
    public double gradient(
        float[] output, int offset, float target, float scale, float[] gradient) {
      float largest = output[offset + best(output, offset)];
      double sum = sum(output, offset, largest);
      for (int i = offset; i < offset + classes; i++) {
        gradient[i] = (float) (Math.exp((double) output[i] - largest) * (scale / sum));
      }
      int right = offset + (int) target;
      gradient[right] -= scale;
      return Math.log(sum) - ((double) output[right] - largest);
    }

    @Override
    public int right(float[] output, int offset, float target) {
      return best(output, offset) == (int) target ? 1 : 0;
    }

    @Override
    public void predict(float[] output, int offset) {
      float largest = output[offset + best(output, offset)];
      double sum = sum(output, offset, largest);
      for (int i = offset; i < offset + classes; i++) {
        output[i] = (float) (Math.exp((double) output[i] - largest) / sum);
      }
    }

    /** Subtracting the largest keeps the exponentials in [0, 1]. */
    private double sum(float[] output, int offset, float largest) {
      double sum = 0;
      for (int i = offset; i < offset + classes; i++) {
        sum += Math.exp((double) output[i] - largest);
      }
      return sum;
    }

    private int best(float[] output, int offset) {
      int best = 0;
      for (int i = 1; i < classes; i++) {
        if (output[offset + i] > output[offset + best]) {
          best = i;
        }
      }
      return best;
    }
  }

  /** Half the squared distance of the one output from the target. */
  record SquaredError() implements Loss {
    @Override
    public String complaint(float target) {
      return Float.isFinite(target) ? "" : "a finite number";
    }

    @Override
    public double gradient(
        float[] output, int offset, float target, float scale, float[] gradient) {
      double error = (double) output[offset] - target;
      gradient[offset] = (float) (error * scale);
      return 0.5 * error * error;
    }

    @Override
    public int right(float[] output, int offset, float target) {
      return 0;
    }

    @Override
    public void predict(float[] output, int offset) {
      // The raw output is the prediction.
    }
  }
}
