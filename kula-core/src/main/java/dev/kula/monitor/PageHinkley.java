package dev.kula.monitor;

/**
 * An alarm for a mean that rises (Page 1954, <i>Continuous inspection schemes</i>; Hinkley 1971;
 * with the running mean as Gama et al. 2014, <i>A survey on concept drift adaptation</i>, section
 * 3.2.2): m grows by x − mean − δ with each value x, and the alarm is raised when m is more than λ
 * above the least it has been. One thread.
 */
public final class PageHinkley {
  private final double delta;
  private final double lambda;
  private State state = State.NONE;

  /**
   * What has been seen since the last alarm.
   *
   * @param count of values
   * @param mean of the values
   * @param sum m
   * @param least smallest m
   * @param since values seen after m was smallest: what has changed began with the first of them
   */
  public record State(long count, double mean, double sum, double least, int since) {
    static final State NONE = new State(0, 0, 0, 0, 0);
  }

  /**
   * An alarm that has seen nothing.
   *
   * @param delta δ, rise of the mean that is let pass, 0 or more
   * @param lambda λ, above 0: the larger, the later and the rarer
   */
  public PageHinkley(double delta, double lambda) {
    if (!(delta >= 0 && lambda > 0)) {
      throw new IllegalArgumentException(
          "delta is %s and lambda %s, must be 0 or more and above 0".formatted(delta, lambda));
    }
    this.delta = delta;
    this.lambda = lambda;
  }

  /** Takes in a value; whether the alarm is raised. */
  public boolean add(double value) {
    long count = state.count() + 1;
    double mean = state.mean() + (value - state.mean()) / count;
    double sum = state.sum() + value - mean - delta;
    boolean falls = sum <= state.least();
    state = new State(count, mean, sum, falls ? sum : state.least(), falls ? 0 : state.since() + 1);
    return state.sum() - state.least() > lambda;
  }

  /** Begins anew. */
  public void reset() {
    state = State.NONE;
  }

  /** What has been seen. */
  public State state() {
    return state;
  }

  /** Puts back what {@link #state()} once gave. */
  public void restore(State earlier) {
    state = earlier;
  }
}
