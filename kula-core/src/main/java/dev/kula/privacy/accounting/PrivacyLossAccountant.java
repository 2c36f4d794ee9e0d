package dev.kula.privacy.accounting;

import dev.kula.privacy.accounting.Mechanism.Direction;
import dev.kula.privacy.accounting.Mechanism.Masses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;

/**
 * What releases cost together, by the distribution of their privacy loss: tighter than Rényi
 * divergences, because it keeps the whole distribution and not a few of its moments. Losses of
 * independent releases add up, so their distributions convolve, which Fourier transforms do. The
 * releases must be fixed beforehand: an account that decides as it goes stays with {@link
 * ZeroConcentrated}.
 *
 * <p>An upper bound of ε, unless asked for a lower one: each loss between two points of the grid is
 * split between them so that both of its likelihoods stay as they were, which only makes neighbours
 * easier to tell apart (Doroshenko, Ghazi, Kamath, Kumar and Manurangsi 2022, <i>Connect the
 * Dots</i>); for the lower bound it is moved down. What lies beyond the grid is bounded by Chernoff
 * and added to δ, and so is what rounding may take, 4 · 10⁻¹⁴ a release: an answer for a δ near
 * that is infinite.
 *
 * <p>Immutable, thread safe. Sources: Sommer, Meiser and Mohammadi 2019; Koskela, Jälkö and Honkela
 * 2020.
 */
public final class PrivacyLossAccountant {
  /** Smallest δ for which an answer is given. */
  public static final double SMALLEST_DELTA = 1e-10;

  /** Chance of a loss beyond the grid, on each side. */
  private static final double TAIL = 1e-14;

  /**
   * What rounding in the transform may take from δ, a release: it is raised to as many powers. Seen
   * against the closed form of Gaussians: 0.5 to 1.1 · 10⁻¹⁴ for 50 to 20,000 releases.
   */
  private static final double ROUNDING = 4e-14;

  private static final double COARSEST_STEP = 1e-3;

  /** By how much splitting may move ε; it moves by about a step² each time. */
  private static final double SPLITTING_ERROR = 1e-3;

  /**
   * By how much moving down may move ε, unless the grid would have too many points; it moves by up
   * to a step each time.
   */
  private static final double FLOORING_ERROR = 1e-2;

  private static final int MOST_POINTS = 1 << 23;

  private enum Bound {
    UPPER,
    LOWER
  }

  private record Term(Mechanism mechanism, int times) {}

  /** Losses on a grid: {@code masses[i]} at (first + i) · step, and a chance that all is lost. */
  private record Losses(double step, int first, double[] masses, double infinite) {
    double delta(double epsilon) {
      double delta = infinite;
      for (int i = masses.length - 1; i >= 0; i--) {
        double loss = (first + i) * step;
        if (loss <= epsilon) {
          break;
        }
        delta -= masses[i] * Math.expm1(epsilon - loss);
      }
      return delta;
    }
  }

  private final List<Term> terms;

  private PrivacyLossAccountant(List<Term> terms) {
    this.terms = List.copyOf(terms);
  }

  /** Nothing released. */
  public static PrivacyLossAccountant empty() {
    return new PrivacyLossAccountant(List.of());
  }

  /**
   * This and {@code times} more releases by {@code mechanism}.
   *
   * @param times 0 or more
   */
  public PrivacyLossAccountant plus(Mechanism mechanism, int times) {
    if (times < 0) {
      throw new IllegalArgumentException("times is " + times + ", must be 0 or more");
    }
    List<Term> more = new ArrayList<>(terms);
    if (times > 0) {
      more.add(new Term(mechanism, times));
    }
    return new PrivacyLossAccountant(more);
  }

  /**
   * ε of all releases together: neighbours are (ε, δ)-indistinguishable by them.
   *
   * @param delta from {@link #SMALLEST_DELTA} to below 1
   */
  public double epsilon(double delta) {
    return epsilon(delta, Bound.UPPER);
  }

  /** An ε that no proof can bring these releases below, but for the rounding of the transform. */
  public double epsilonLowerBound(double delta) {
    return epsilon(delta, Bound.LOWER);
  }

  private double epsilon(double delta, Bound bound) {
    ZeroConcentrated.requireProbability(delta);
    if (delta < SMALLEST_DELTA) {
      throw new IllegalArgumentException("delta is " + delta + ", must be at least 1e-10");
    }
    double epsilon = 0;
    for (Direction direction : Direction.values()) {
      epsilon = Math.max(epsilon, epsilon(compose(direction, bound), delta));
    }
    return epsilon;
  }

  /** δ for which all releases together are (ε, δ)-private. */
  public double delta(double epsilon) {
    ZeroConcentrated.requireNotNegative("epsilon", epsilon);
    double delta = 0;
    for (Direction direction : Direction.values()) {
      delta = Math.max(delta, compose(direction, Bound.UPPER).delta(epsilon));
    }
    return Math.min(1, delta);
  }

  /** The least ε of the curve: from point to point of the grid, then by halving. */
  private static double epsilon(Losses losses, double delta) {
    if (losses.infinite() > delta) {
      return Double.POSITIVE_INFINITY;
    }
    if (losses.delta(0) <= delta) {
      return 0;
    }
    double low = 0;
    double high = (losses.first() + losses.masses().length) * losses.step();
    while (high - low > 1e-9 * Math.max(1, high)) {
      double middle = (low + high) / 2;
      if (losses.delta(middle) > delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private Losses compose(Direction direction, Bound bound) {
    if (terms.isEmpty()) {
      return new Losses(1, 0, new double[] {1}, 0);
    }
    long releases = terms.stream().mapToLong(Term::times).sum();
    double step =
        switch (bound) {
          case UPPER -> Math.min(COARSEST_STEP, Math.sqrt(SPLITTING_ERROR / releases));
          case LOWER -> Math.min(COARSEST_STEP, FLOORING_ERROR / releases);
        };
    double widest =
        terms.stream().mapToDouble(term -> range(term.mechanism(), direction)).max().orElseThrow();
    while (widest / step > MOST_POINTS) {
      step *= 2;
    }
    while (true) {
      double tried = step;
      List<Losses> single =
          terms.stream().map(t -> discretise(t.mechanism(), direction, tried, bound)).toList();
      int first = (int) Math.floor(-reach(single, -1) / step) - 1;
      long points = (long) Math.ceil(reach(single, 1) / step) + 1 - first;
      if (points <= MOST_POINTS) {
        return convolve(single, first, (int) points, bound);
      }
      step *= 2;
    }
  }

  private static double range(Mechanism mechanism, Direction direction) {
    return mechanism.largestLoss(direction) - mechanism.smallestLoss(direction);
  }

  /** Losses of one release. */
  private static Losses discretise(
      Mechanism mechanism, Direction direction, double step, Bound bound) {
    int first = (int) Math.floor(mechanism.smallestLoss(direction) / step) - 1;
    int last = (int) Math.ceil(mechanism.largestLoss(direction) / step) + 1;
    double[] masses = new double[last - first + 1];
    double beyond = mechanism.between(direction, last * step, Double.POSITIVE_INFINITY).underThis();
    for (int i = 0; i + 1 < masses.length; i++) {
      double from = (first + i) * step;
      Masses between = mechanism.between(direction, from, (first + i + 1) * step);
      double low =
          switch (bound) {
            case LOWER -> between.underThis();
            case UPPER -> lowerPart(between, from, step);
          };
      masses[i] += low;
      masses[i + 1] += between.underThis() - low;
    }
    switch (bound) {
      case UPPER ->
          masses[0] +=
              mechanism.between(direction, Double.NEGATIVE_INFINITY, first * step).underThis();
      case LOWER -> masses[masses.length - 1] += beyond;
    }
    return new Losses(step, first, masses, bound == Bound.UPPER ? beyond : 0);
  }

  /** a of a + b = P and a·e^{−x} + b·e^{−(x + step)} = Q, in [0, P]. */
  private static double lowerPart(Masses between, double from, double step) {
    double all = between.underThis();
    double part =
        (between.underTheOther() * Math.exp(from) - all * Math.exp(-step)) / -Math.expm1(-step);
    return Math.clamp(part, 0, all);
  }

  /**
   * What the sum of all losses passes with a chance of less than {@link #TAIL}, upwards or, with
   * its sign turned, downwards: Chernoff's bound, least over a few exponents.
   */
  private double reach(List<Losses> single, int sign) {
    double least = Double.POSITIVE_INFINITY;
    for (double exponent = 0x1p-6; exponent <= 0x1p12; exponent *= 2) {
      double logMoment = 0;
      for (int i = 0; i < single.size(); i++) {
        logMoment += terms.get(i).times() * logMoment(single.get(i), sign * exponent);
      }
      least = Math.min(least, (logMoment - Math.log(TAIL)) / exponent);
    }
    return least;
  }

  private static double logMoment(Losses losses, double exponent) {
    double[] masses = losses.masses();
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < masses.length; i++) {
      if (masses[i] > 0) {
        largest =
            Math.max(
                largest, Math.log(masses[i]) + exponent * (losses.first() + i) * losses.step());
      }
    }
    double sum = 0;
    for (int i = 0; i < masses.length; i++) {
      sum += masses[i] * Math.exp(exponent * (losses.first() + i) * losses.step() - largest);
    }
    return largest + Math.log(sum);
  }

  private Losses convolve(List<Losses> single, int first, int points, Bound bound) {
    int size = Integer.highestOneBit(Math.max(2, points) - 1) * 2;
    double[][] product = new double[2][size];
    Arrays.fill(product[0], 1);
    double survives = 1;
    for (int i = 0; i < single.size(); i++) {
      Losses losses = single.get(i);
      double[][] transform = new double[2][size];
      for (int j = 0; j < losses.masses().length; j++) {
        transform[0][Math.floorMod(losses.first() + j, size)] += losses.masses()[j];
      }
      FastFourierTransformer.transformInPlace(
          transform, DftNormalization.STANDARD, TransformType.FORWARD);
      multiplyPower(product, transform, terms.get(i).times());
      survives *= Math.pow(1 - losses.infinite(), terms.get(i).times());
    }
    FastFourierTransformer.transformInPlace(
        product, DftNormalization.STANDARD, TransformType.INVERSE);
    double[] masses = new double[size];
    for (int i = 0; i < size; i++) {
      masses[i] = Math.max(0, product[0][Math.floorMod(first + i, size)]);
    }
    long releases = terms.stream().mapToLong(Term::times).sum();
    double beyond = bound == Bound.UPPER ? 1 - survives + 2 * TAIL + ROUNDING * releases : 0;
    return new Losses(single.getFirst().step(), first, masses, beyond);
  }

  /** product · transform^times, point by point, in polar form. */
  private static void multiplyPower(double[][] product, double[][] transform, int times) {
    for (int k = 0; k < product[0].length; k++) {
      double real = transform[0][k];
      double imaginary = transform[1][k];
      double modulus = Math.pow(Math.hypot(real, imaginary), times);
      double angle = Math.atan2(imaginary, real) * times;
      double factorReal = modulus * Math.cos(angle);
      double factorImaginary = modulus * Math.sin(angle);
      double before = product[0][k];
      product[0][k] = before * factorReal - product[1][k] * factorImaginary;
      product[1][k] = before * factorImaginary + product[1][k] * factorReal;
    }
  }
}
