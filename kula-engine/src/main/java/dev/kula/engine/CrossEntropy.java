package dev.kula.engine;

/** −ln of the softmax probability of the right class. */
final class CrossEntropy implements Loss {
  private final int classes;
  private final double[] exponentials;

  CrossEntropy(int classes) {
    this.classes = classes;
    exponentials = new double[classes];
  }

  @Override
  public boolean accepts(float target) {
    return target >= 0 && target < classes && target == (int) target;
  }

  @Override
  public String targetRule() {
    return "a class number from 0 to " + (classes - 1);
  }

  @Override
  public double value(float[] output, int offset, float target) {
    float largest = largest(output, offset);
    return Math.log(exponentials(output, offset, largest))
        - ((double) output[offset + (int) target] - largest);
  }

  @Override
  public double gradient(float[] output, int offset, float target, float scale, float[] gradient) {
    float largest = largest(output, offset);
    double sum = exponentials(output, offset, largest);
    double factor = scale / sum;
    for (int i = 0; i < classes; i++) {
      gradient[offset + i] = (float) (exponentials[i] * factor);
    }
    int right = offset + (int) target;
    gradient[right] -= scale;
    return Math.log(sum) - ((double) output[right] - largest);
  }

  @Override
  public int right(float[] output, int offset, float target) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      if (output[offset + i] > output[offset + best]) {
        best = i;
      }
    }
    return best == (int) target ? 1 : 0;
  }

  @Override
  public void predict(float[] output, int offset, float[] into, int intoOffset) {
    double sum = exponentials(output, offset, largest(output, offset));
    for (int i = 0; i < classes; i++) {
      into[intoOffset + i] = (float) (exponentials[i] / sum);
    }
  }

  /** Fills the scratch array and returns its sum. Subtracting the largest keeps them in [0, 1]. */
  private double exponentials(float[] output, int offset, float largest) {
    double sum = 0;
    for (int i = 0; i < classes; i++) {
      double exponential = Math.exp((double) output[offset + i] - largest);
      exponentials[i] = exponential;
      sum += exponential;
    }
    return sum;
  }

  private float largest(float[] output, int offset) {
    float largest = output[offset];
    for (int i = 1; i < classes; i++) {
      largest = Math.max(largest, output[offset + i]);
    }
    return largest;
  }
}
