package dev.kula.device;

import dev.kula.model.GradientNoise;
import dev.kula.model.PrivateSteps;
import dev.kula.privacy.noise.DistributedGaussian;
import dev.kula.privacy.noise.GaussianMechanism;
import dev.kula.privacy.noise.NoiseSource;
import java.util.Optional;

/**
 * How a change of parameters that training made is protected before it leaves: whose data its noise
 * hides, and at what price.
 */
public sealed interface ChangeProtection {
  /** Price of one such change in the device's account. */
  double rho();

  /**
   * The whole change is clipped and noised: hidden is all that the device trained on, whatever it
   * was and however it was picked (the unit is the device).
   *
   * @param rho ρ of zCDP
   * @param clip L2 norm to which it is clipped; two devices' changes differ by at most twice that
   */
  record WholeChange(double rho, double clip) implements ChangeProtection {
    /** Clips and noises a change in place. */
    void noise(float[] delta, NoiseSource noise) {
      GaussianMechanism.clip(delta, 0, delta.length, clip);
      new GaussianMechanism(2 * clip, rho, delta.length).addTo(delta, noise);
    }
  }

  /**
   * The whole change is clipped, and noised by this device's part of the noise of a sum: hidden
   * from whoever sees the sum alone is all that the device trained on (the unit is the device).
   *
   * @param mechanism the noise of the sum
   */
  record InSum(DistributedGaussian mechanism) implements ChangeProtection {
    @Override
    public double rho() {
      return mechanism.rho();
    }
  }

  /**
   * The clip is to be a quantile of the norms of gradients (Andrew et al. 2021, <i>Differentially
   * Private Learning with Adaptive Clipping</i>). Before a round each device of the cohort counts
   * how many of its samples' gradients are within the clip and how many beyond, and noises both: a
   * record is in one of the two counts, so that one more or less moves them by 1 in the L2 norm.
   *
   * @param quantile share of the gradients that shall be within, in (0, 1)
   * @param rho ρ of one release of the two counts
   */
  record ClipSearch(double quantile, double rho) {
    /** Noise of the two counts. */
    public GaussianMechanism mechanism() {
      return new GaussianMechanism(1, rho, 2);
    }
  }

  /**
   * Every gradient step is noised, after the gradient of each sample was clipped: hidden is any one
   * sample among the others (the unit is the record). Good only where samples are not picked in the
   * light of each other.
   *
   * @param rho price of all steps, as {@link dev.kula.privacy.accounting.RenyiFilter#price} says
   * @param steps how they are made
   * @param noiseMultiplier σ: standard deviation of the noise in each coordinate of a step's sum,
   *     over the clip; positive
   * @param search how the clip follows the gradients; empty if it is fixed
   */
  record EachSample(
      double rho, PrivateSteps steps, double noiseMultiplier, Optional<ClipSearch> search)
      implements ChangeProtection {
    /** The same with a clip that a server named: the noise grows with it, so any is as private. */
    EachSample clippedAt(float clip) {
      PrivateSteps clipped =
          new PrivateSteps(steps.samplingRate(), steps.steps(), clip, steps.expectedBatch());
      return new EachSample(rho, clipped, noiseMultiplier, search);
    }

    /** Noises sums of {@code coordinates} numbers. */
    GradientNoise noise(int coordinates, NoiseSource noise) {
      double rhoOfStep = 1 / (2 * noiseMultiplier * noiseMultiplier);
      GaussianMechanism mechanism = new GaussianMechanism(steps.clip(), rhoOfStep, coordinates);
      return (sum, from, to) -> mechanism.addTo(sum, from, to, noise);
    }
  }
}
