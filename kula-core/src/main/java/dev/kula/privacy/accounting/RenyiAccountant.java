package dev.kula.privacy.accounting;

import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.Erfcx;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * Rényi differential privacy (RDP) of Gaussian releases that each touch a random part of the
 * records, for noise whose cost depends on subsampling. A Poisson sample takes every record
 * independently with probability q; the sum over it, of L2 sensitivity Δ, gets noise of standard
 * deviation σΔ. Neighbours by adding or removing one record. Composition adds RDP order by order.
 * Batches of a fixed size, or cut from a shuffled list, are <em>not</em> Poisson samples: the
 * figures are then an approximation and must be reported as one.
 *
 * <p>Immutable, thread safe. Sources: Mironov 2017, <i>Rényi Differential Privacy</i>; Mironov,
 * Talwar and Zhang 2019, <i>Rényi Differential Privacy of the Sampled Gaussian Mechanism</i>,
 * sections 3.3 (whole orders and fractional ones); the improved conversion is that of Canonne,
 * Kamath and Steinke 2020, Proposition 12.
 */
public final class RenyiAccountant {
  private static final double SERIES_STOP = -30;

  private final double[] orders;
  private final double[] spent;

  private RenyiAccountant(double[] orders, double[] spent) {
    this.orders = orders;
    this.spent = spent;
  }

  /**
   * An (ε, δ) guarantee.
   *
   * @param epsilon ε
   * @param order the Rényi order α at which it is least
   */
  public record Guarantee(double epsilon, double order) {}

  /** Nothing spent, followed at the whole orders 2 to 256. */
  public static RenyiAccountant wholeOrders() {
    return at(IntStream.rangeClosed(2, 256).asDoubleStream().toArray());
  }

  /** Nothing spent, followed at the orders given, each over 1. */
  public static RenyiAccountant at(double... orders) {
    for (double order : orders) {
      requireOrder(order);
    }
    return new RenyiAccountant(orders.clone(), new double[orders.length]);
  }

  /**
   * This and {@code steps} more releases.
   *
   * @param samplingRate q, in [0, 1]
   * @param noiseMultiplier σ, positive
   * @param steps 0 or more
   */
  public RenyiAccountant plus(double samplingRate, double noiseMultiplier, long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be 0 or more");
    }
    double[] total = spent.clone();
    for (int i = 0; i < orders.length && steps > 0; i++) {
      total[i] += steps * divergence(samplingRate, noiseMultiplier, orders[i]);
    }
    return new RenyiAccountant(orders, total);
  }

  /** The RDP spent at {@code order}, which must be one of those followed. */
  public double spent(double order) {
    for (int i = 0; i < orders.length; i++) {
      if (orders[i] == order) {
        return spent[i];
      }
    }
    throw new IllegalArgumentException("order " + order + " is not followed");
  }

  /** RDP + ln(1/δ)/(α − 1), least over the orders (Mironov 2017, Proposition 3). */
  public Guarantee classic(double delta) {
    ZeroConcentrated.requireProbability(delta);
    Guarantee best = new Guarantee(Double.POSITIVE_INFINITY, Double.NaN);
    for (int i = 0; i < orders.length; i++) {
      double epsilon = spent[i] - Math.log(delta) / (orders[i] - 1);
      if (epsilon < best.epsilon()) {
        best = new Guarantee(epsilon, orders[i]);
      }
    }
    return best;
  }

  /** RDP + ln(1 − 1/α) − ln(δα)/(α − 1), least over the orders, at least 0. */
  public Guarantee improved(double delta) {
    ZeroConcentrated.requireProbability(delta);
    Guarantee best = new Guarantee(Double.POSITIVE_INFINITY, Double.NaN);
    for (int i = 0; i < orders.length; i++) {
      double order = orders[i];
      double epsilon =
          spent[i] + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
      if (epsilon < best.epsilon()) {
        best = new Guarantee(Math.max(0, epsilon), order);
      }
    }
    return best;
  }

  /**
   * The Rényi divergence of order α of one release of the Poisson-subsampled Gaussian mechanism.
   *
   * @param samplingRate q, in [0, 1]
   * @param noiseMultiplier σ, positive
   * @param order α, over 1
   */
  public static double divergence(double samplingRate, double noiseMultiplier, double order) {
    if (!(samplingRate >= 0 && samplingRate <= 1)) {
      throw new IllegalArgumentException("samplingRate is " + samplingRate + ", must be in [0, 1]");
    }
    if (!(noiseMultiplier > 0)) {
      throw new IllegalArgumentException(
          "noiseMultiplier is " + noiseMultiplier + ", must be positive");
    }
    requireOrder(order);
    if (samplingRate == 0) {
      return 0;
    }
    if (samplingRate == 1) {
      return order / (2 * noiseMultiplier * noiseMultiplier);
    }
    double logMoment =
        order == Math.rint(order)
            ? wholeOrder(samplingRate, noiseMultiplier, (int) order)
            : fractionalOrder(samplingRate, noiseMultiplier, order);
    return Math.max(0, logMoment) / (order - 1);
  }

  /** ln Σ_k C(α,k) (1−q)^{α−k} q^k exp((k²−k)/(2σ²)). */
  private static double wholeOrder(double q, double sigma, int order) {
    double sum = Double.NEGATIVE_INFINITY;
    for (int k = 0; k <= order; k++) {
      double logBinomial =
          LogGamma.value(order + 1.0) - LogGamma.value(k + 1.0) - LogGamma.value(order - k + 1.0);
      double term =
          logBinomial
              + (order - k) * Math.log1p(-q)
              + k * Math.log(q)
              + ((double) k * k - k) / (2 * sigma * sigma);
      sum = logAdd(sum, term);
    }
    return sum;
  }

  /**
   * Both halves of the integral, split at z₀ where the mixture's parts are equal, as alternating
   * series in the generalised binomial coefficients.
   */
  private static double fractionalOrder(double q, double sigma, double order) {
    double split = sigma * sigma * Math.log(1 / q - 1) + 0.5;
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double logCoefficient = 0;
    boolean positive = true;
    for (int i = 0; ; i++) {
      double j = order - i;
      double lowTerm =
          logCoefficient
              + i * Math.log(q)
              + j * Math.log1p(-q)
              + ((double) i * i - i) / (2 * sigma * sigma)
              + logUpperTail((i - split) / sigma);
      double highTerm =
          logCoefficient
              + j * Math.log(q)
              + i * Math.log1p(-q)
              + (j * j - j) / (2 * sigma * sigma)
              + logUpperTail((split - j) / sigma);
      low = positive ? logAdd(low, lowTerm) : logSubtract(low, lowTerm);
      high = positive ? logAdd(high, highTerm) : logSubtract(high, highTerm);
      if (i > order && Math.max(lowTerm, highTerm) < SERIES_STOP) {
        return logAdd(low, high);
      }
      // C(α, i+1) = C(α, i) (α − i)/(i + 1): its sign changes once i passes α.
      logCoefficient += Math.log(Math.abs(j)) - Math.log(i + 1.0);
      positive = positive == (j > 0);
    }
  }

  /** ln P(N(0, 1) > x). */
  private static double logUpperTail(double x) {
    double scaled = x / Math.sqrt(2);
    // erfcx(s) = exp(s²) erfc(s) stays in range where erfc itself underflows.
    return Math.log(Erfcx.value(scaled)) - scaled * scaled - Math.log(2);
  }

  private static double logAdd(double a, double b) {
    double larger = Math.max(a, b);
    if (larger == Double.NEGATIVE_INFINITY) {
      return larger;
    }
    return larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
  }

  private static double logSubtract(double a, double b) {
    if (b > a) {
      throw new IllegalArgumentException("the series of a fractional order lost its precision");
    }
    return a == b ? Double.NEGATIVE_INFINITY : a + Math.log1p(-Math.exp(b - a));
  }

  private static void requireOrder(double order) {
    if (!(order > 1) || order > 1 << 20) {
      throw new IllegalArgumentException("order is " + order + ", must be over 1");
    }
  }
}
