package dev.kula.audit;

import java.util.List;

/**
 * How close what an attack made comes to what it was made from. The measure is the cosine; a
 * control says how close the same candidates come to samples that were <em>not</em> there, for
 * things of one kind look alike, and of many candidates some is close to anything.
 *
 * @param cosine of the closest pair of a candidate and a sample that was there, in [−1, 1]
 * @param psnr peak signal-to-noise ratio of that pair in dB, the candidate cut to the range of the
 *     samples; at most {@link #MOST_PSNR}
 * @param found samples that some candidate comes within {@link #FOUND} of
 * @param samples how many were there
 * @param control cosine of the closest pair of a candidate and a sample that was not there
 */
public record Recovery(double cosine, double psnr, int found, int samples, double control) {
  /** A cosine at which nobody would take one for another. */
  public static final double FOUND = 0.98;

  /** Beyond this floats are alike. */
  public static final double MOST_PSNR = 120;

  /**
   * Compares all with all.
   *
   * @param candidates what the attack made, possibly nothing
   * @param present samples that were there, at least one
   * @param absent as many that were not
   * @param low least number in a sample
   * @param high largest, above it
   */
  public static Recovery of(
      List<float[]> candidates,
      List<float[]> present,
      List<float[]> absent,
      float low,
      float high) {
    double best = -1;
    double psnr = 0;
    int found = 0;
    for (float[] sample : present) {
      double closest = -1;
      for (float[] candidate : candidates) {
        double cosine = cosine(candidate, sample);
        closest = Math.max(closest, cosine);
        if (cosine > best) {
          best = cosine;
          psnr = psnr(candidate, sample, low, high);
        }
      }
      found += closest >= FOUND ? 1 : 0;
    }
    double control = -1;
    for (float[] sample : absent) {
      for (float[] candidate : candidates) {
        control = Math.max(control, cosine(candidate, sample));
      }
    }
    return new Recovery(best, psnr, found, present.size(), control);
  }

  /** ⟨a, b⟩/(‖a‖‖b‖); 0 if one of them is zero or not finite. */
  static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresOfA += (double) a[i] * a[i];
      squaresOfB += (double) b[i] * b[i];
    }
    double cosine = product / Math.sqrt(squaresOfA * squaresOfB);
    return Double.isFinite(cosine) ? Math.clamp(cosine, -1.0, 1.0) : 0;
  }

  /** 20 lg((high − low)/RMSE). */
  static double psnr(float[] candidate, float[] sample, float low, float high) {
    double squares = 0;
    for (int i = 0; i < sample.length; i++) {
      float shown = Float.isNaN(candidate[i]) ? low : Math.clamp(candidate[i], low, high);
      double difference = shown - sample[i];
      squares += difference * difference;
    }
    double rmse = Math.sqrt(squares / sample.length);
    return Math.min(MOST_PSNR, 20 * Math.log10((high - low) / rmse));
  }

  /** The mean of several, rounded where it counts samples. */
  static Recovery mean(List<Recovery> recoveries) {
    int n = recoveries.size();
    return new Recovery(
        recoveries.stream().mapToDouble(Recovery::cosine).sum() / n,
        recoveries.stream().mapToDouble(Recovery::psnr).sum() / n,
        recoveries.stream().mapToInt(Recovery::found).sum(),
        recoveries.stream().mapToInt(Recovery::samples).sum(),
        recoveries.stream().mapToDouble(Recovery::control).sum() / n);
  }
}
