package dev.kula.aggregate;

/**
 * What a server makes of the mean update of a cohort. A fold of any kind gives the mean; this makes
 * the next global model of it, with a {@link State} that lasts from round to round. With x the
 * global model and Δ the mean update, which Reddi et al. (2021), <i>Adaptive Federated
 * Optimization</i>, call the pseudo-gradient.
 *
 * <p>Immutable and thread safe; the state is the caller's to keep.
 */
public sealed interface ServerOptimizer {
  /** The next model is what the fold says: x + Δ. */
  ServerOptimizer NONE = new Adoption();

  /**
   * What a server remembers; arrays are empty before the first step and where there is nothing to
   * remember. Not to be written to.
   *
   * @param momentum m, one a parameter
   * @param variance v, one a parameter
   */
  record State(float[] momentum, float[] variance) {
    /** Before the first step. */
    public static final State NONE = new State(new float[0], new float[0]);

    private float[] momentum(int size) {
      return momentum.length == 0 ? new float[size] : momentum.clone();
    }
  }

  /** A step's outcome. */
  record Step(float[] model, State state) {}

  /**
   * One step.
   *
   * @param current x, not changed
   * @param folded x + Δ, as the fold gives it; not changed
   * @param share of all devices whose updates are in it, in (0, 1]
   */
  Step next(State state, float[] current, float[] folded, double share);

  /** See {@link #NONE}. */
  record Adoption() implements ServerOptimizer {
    @Override
    public Step next(State state, float[] current, float[] folded, double share) {
      return new Step(folded, state);
    }
  }

  /**
   * Momentum (FedAvgM: Hsu et al. 2019, <i>Measuring the Effects of Non-Identical Data Distribution
   * for Federated Visual Classification</i>, section 3): m ← βm + Δ, x ← x + m. A steady Δ grows to
   * Δ/(1 − β).
   *
   * @param beta β in [0, 1)
   */
  record Momentum(double beta) implements ServerOptimizer {
    public Momentum {
      if (!(beta >= 0 && beta < 1)) {
        throw new IllegalArgumentException("beta is " + beta + ", must be in [0, 1)");
      }
    }

    @Override
    public Step next(State state, float[] current, float[] folded, double share) {
      float[] next = current.clone();
      float[] m = state.momentum(next.length);
      for (int i = 0; i < next.length; i++) {
        m[i] = (float) (beta * m[i] + ((double) folded[i] - current[i]));
        next[i] += m[i];
      }
      return new Step(next, new State(m, new float[0]));
    }
  }

  /**
   * An adaptive step (Reddi et al. 2021, Algorithm 2), with β₁ = {@value #BETA_1}, β₂ = {@value
   * #BETA_2} and τ = {@value #TAU}, without correction of the bias: m ← β₁m + (1 − β₁)Δ, then v by
   * the {@link Variance}, then x ← x + ηm/(√v + τ). At first m = 0 and v = τ².
   *
   * @param variance how v follows Δ²
   * @param eta η, positive and finite
   */
  record Adaptive(Variance variance, double eta) implements ServerOptimizer {
    /** β₁. */
    public static final double BETA_1 = 0.9;

    /** β₂. */
    public static final double BETA_2 = 0.99;

    /** τ, how adaptive a step is: the larger, the less. */
    public static final double TAU = 1e-3;

    public Adaptive {
      if (!(eta > 0) || Double.isInfinite(eta)) {
        throw new IllegalArgumentException("eta is " + eta + ", must be above 0 and finite");
      }
    }

    @Override
    public Step next(State state, float[] current, float[] folded, double share) {
      int size = current.length;
      float[] next = current.clone();
      float[] m = state.momentum(size);
      float[] v = new float[size];
      boolean first = state.variance().length == 0;
      for (int i = 0; i < size; i++) {
        double delta = (double) folded[i] - current[i];
        double before = first ? TAU * TAU : state.variance()[i];
        m[i] = (float) (BETA_1 * m[i] + (1 - BETA_1) * delta);
        v[i] = (float) variance.next(before, delta * delta);
        next[i] += (float) (eta * m[i] / (Math.sqrt(v[i]) + TAU));
      }
      return new Step(next, new State(m, v));
    }
  }

  /** How the second moment follows the squares of the pseudo-gradient. */
  enum Variance {
    /** v ← β₂v + (1 − β₂)Δ². */
    ADAM {
      @Override
      double next(double v, double square) {
        return Adaptive.BETA_2 * v + (1 - Adaptive.BETA_2) * square;
      }
    },
    /** v ← v − (1 − β₂)Δ² sign(v − Δ²). */
    YOGI {
      @Override
      double next(double v, double square) {
        return v - (1 - Adaptive.BETA_2) * square * Math.signum(v - square);
      }
    };

    abstract double next(double v, double square);
  }

  /**
   * The step of SCAFFOLD's server (Karimireddy et al. 2020, Algorithm 1, lines 16 and 17, with η_g
   * = 1) on a model with the control variate c behind it: x ← x + Δ, c ← c + share · Δc.
   */
  record ControlledAdoption() implements ServerOptimizer {
    @Override
    public Step next(State state, float[] current, float[] folded, double share) {
      float[] next = folded.clone();
      for (int i = next.length / 2; i < next.length; i++) {
        next[i] = (float) (current[i] + share * ((double) folded[i] - current[i]));
      }
      return new Step(next, state);
    }
  }
}
