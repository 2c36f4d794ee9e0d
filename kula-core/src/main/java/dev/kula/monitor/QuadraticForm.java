package dev.kula.monitor;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * A sum of squares whose mean and variance under the null hypothesis are known. Its tail is that of
 * the scaled χ² with the same mean and variance (Satterthwaite 1946): exact for the classical χ²
 * tests, close for sums of independent Gaussian squares.
 */
final class QuadraticForm {
  private double statistic;
  private double mean;
  private double variance;

  /** Adds a term, independent of the others. */
  void add(double termStatistic, double termMean, double termVariance) {
    statistic += termStatistic;
    mean += termMean;
    variance += termVariance;
  }

  /** Probability of a sum at least as large under the null hypothesis; 1 if nothing was added. */
  double pValue() {
    if (!(mean > 0) || !(variance > 0)) {
      return 1;
    }
    double scale = variance / (2 * mean);
    double degrees = 2 * mean * mean / variance;
    return ChiSquaredDistribution.of(degrees).survivalProbability(Math.max(0, statistic / scale));
  }
}
