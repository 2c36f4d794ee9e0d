package dev.kula.privacy.accounting;

import org.apache.commons.numbers.gamma.ErfDifference;

/**
 * A mechanism as its privacy loss: how likely its result is with a record, and how likely without.
 * Neighbours by adding or removing one record, which need not be alike, so both are looked at.
 */
public sealed interface Mechanism {
  /** Beyond so many standard deviations a Gaussian has less than 10⁻²⁰ of its mass. */
  double GAUSSIAN_REACH = 9.5;

  /** Which of two neighbours a result came from. */
  enum Direction {
    /** The one with the record; the other has it not. */
    REMOVE,
    /** The one without the record; the other has it. */
    ADD
  }

  /** How likely a loss in a range is. */
  record Masses(double underThis, double underTheOther) {}

  /**
   * How likely a loss in ({@code from}, {@code to}] is, under the data that a result came from and
   * under their neighbour; the loss is the logarithm of the ratio of the two.
   */
  Masses between(Direction direction, double from, double to);

  /** No loss above this has a chance worth counting. */
  double largestLoss(Direction direction);

  /** No loss below this has a chance worth counting. */
  double smallestLoss(Direction direction);

  /**
   * A sum over a Poisson sample with Gaussian noise. <b>Only</b> for samples that take each record
   * independently with the rate stated, and that nobody learns who sees the result: batches that a
   * device draws for itself, not cohorts that a server picks, nor epochs over a shuffled list.
   *
   * @param samplingRate chance of a record to be in the sample, in (0, 1]; 1 for all records
   * @param noiseMultiplier standard deviation of the noise over the sensitivity, at least 0.05, at
   *     which one release costs an ε of about 284: less protects nothing, and its losses overflow
   */
  record Gaussian(double samplingRate, double noiseMultiplier) implements Mechanism {
    public Gaussian {
      if (!(samplingRate > 0 && samplingRate <= 1)) {
        throw new IllegalArgumentException(
            "samplingRate is " + samplingRate + ", must be above 0 and at most 1");
      }
      if (!(noiseMultiplier >= 0.05) || Double.isInfinite(noiseMultiplier)) {
        throw new IllegalArgumentException(
            "noiseMultiplier is " + noiseMultiplier + ", must be at least 0.05 and finite");
      }
    }

    @Override
    public Masses between(Direction direction, double from, double to) {
      return switch (direction) {
        case REMOVE -> {
          double low = position(from);
          double high = position(to);
          yield new Masses(mixture(low, high), normal(low, high, 0));
        }
        case ADD -> {
          double low = position(-to);
          double high = position(-from);
          yield new Masses(normal(low, high, 0), mixture(low, high));
        }
      };
    }

    /** Where the mixture is e^{loss} times as likely as noise alone. */
    private double position(double loss) {
      return noiseMultiplier * noiseMultiplier * exponent(loss) + 0.5;
    }

    /**
     * ln((e^{loss} − 1 + q)/q): for q = 1 the loss itself, which an exponential would round off.
     */
    private double exponent(double loss) {
      if (samplingRate == 1) {
        return loss;
      }
      double odds = Math.expm1(loss) / samplingRate;
      return odds <= -1 ? Double.NEGATIVE_INFINITY : Math.log1p(odds);
    }

    private double loss(double position) {
      double exponent = (position - 0.5) / (noiseMultiplier * noiseMultiplier);
      return samplingRate == 1 ? exponent : Math.log1p(samplingRate * Math.expm1(exponent));
    }

    private double mixture(double low, double high) {
      return (1 - samplingRate) * normal(low, high, 0) + samplingRate * normal(low, high, 1);
    }

    private double normal(double low, double high, double mean) {
      double scale = noiseMultiplier * Math.sqrt(2);
      return low >= high ? 0 : ErfDifference.value((low - mean) / scale, (high - mean) / scale) / 2;
    }

    @Override
    public double largestLoss(Direction direction) {
      return switch (direction) {
        case REMOVE -> loss(1 + GAUSSIAN_REACH * noiseMultiplier);
        case ADD -> -loss(-GAUSSIAN_REACH * noiseMultiplier);
      };
    }

    @Override
    public double smallestLoss(Direction direction) {
      return switch (direction) {
        case REMOVE -> loss(-GAUSSIAN_REACH * noiseMultiplier);
        case ADD -> -loss(GAUSSIAN_REACH * noiseMultiplier);
      };
    }
  }

  /**
   * A number with Laplace noise.
   *
   * @param noiseScale scale of the noise over the sensitivity, at least 0.01; ε is its reciprocal
   */
  record Laplace(double noiseScale) implements Mechanism {
    public Laplace {
      if (!(noiseScale >= 0.01) || Double.isInfinite(noiseScale)) {
        throw new IllegalArgumentException(
            "noiseScale is " + noiseScale + ", must be at least 0.01 and finite");
      }
    }

    /** Loss of a result at x, of data whose number is 0 and not 1: (|x − 1| − |x|)/scale. */
    @Override
    public Masses between(Direction direction, double from, double to) {
      double most = 1 / noiseScale;
      double low = to >= most ? Double.NEGATIVE_INFINITY : (1 - to * noiseScale) / 2;
      double high = from < -most ? Double.POSITIVE_INFINITY : (1 - from * noiseScale) / 2;
      boolean none = from >= most || to < -most;
      return none ? new Masses(0, 0) : new Masses(mass(low, high), mass(low - 1, high - 1));
    }

    private double mass(double low, double high) {
      if (low >= 0) {
        return (Math.exp(-low / noiseScale) - Math.exp(-high / noiseScale)) / 2;
      }
      if (high <= 0) {
        return (Math.exp(high / noiseScale) - Math.exp(low / noiseScale)) / 2;
      }
      return 1 - (Math.exp(low / noiseScale) + Math.exp(-high / noiseScale)) / 2;
    }

    @Override
    public double largestLoss(Direction direction) {
      return 1 / noiseScale;
    }

    @Override
    public double smallestLoss(Direction direction) {
      return -1 / noiseScale;
    }
  }
}
