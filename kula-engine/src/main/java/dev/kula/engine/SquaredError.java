package dev.kula.engine;

/** Half the squared distance of the one output from the target. */
final class SquaredError implements Loss {
  @Override
  public boolean accepts(float target) {
    return Float.isFinite(target);
  }

  @Override
  public String targetRule() {
    return "a finite number";
  }

  @Override
  public double value(float[] output, int offset, float target) {
    double error = (double) output[offset] - target;
    return 0.5 * error * error;
  }

  @Override
  public double gradient(float[] output, int offset, float target, float scale, float[] gradient) {
    double error = (double) output[offset] - target;
    gradient[offset] = (float) (error * scale);
    return 0.5 * error * error;
  }

  @Override
  public int right(float[] output, int offset, float target) {
    return 0;
  }

  @Override
  public void predict(float[] output, int offset, float[] into, int intoOffset) {
    into[intoOffset] = output[offset];
  }
}
