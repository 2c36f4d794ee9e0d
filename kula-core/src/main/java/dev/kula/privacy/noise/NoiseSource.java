package dev.kula.privacy.noise;

import dev.kula.Seed;
import java.security.SecureRandom;

/**
 * Where privacy noise comes from: independent draws of the standard normal distribution. One thread
 * at a time.
 *
 * <p><b>Not protected:</b> draws are 64-bit floating-point numbers. The sum of a value and such a
 * draw can reach only some doubles, and which ones depends on the value; its low-order bits can
 * therefore betray more than the stated ε (Mironov 2012, <i>On significance of the least
 * significant bits for differential privacy</i>; Jin et al. 2022 for Gaussian samplers), and so can
 * the time that a draw takes. The guarantees of this package are those of the ideal, real-valued
 * mechanism. Whoever faces an adversary that sees released doubles bit by bit needs a discrete
 * sampler (Canonne, Kamath and Steinke 2020) behind this interface and values on its grid.
 */
public interface NoiseSource {
  /** A draw from N(0, 1). */
  double nextGaussian();

  /**
   * Whether the draws can be repeated by anyone who knows a seed. Such noise protects nobody; a
   * report made with it must say so.
   */
  boolean isSeeded();

  /** Noise from the platform's cryptographically strong generator. */
  static NoiseSource secure() {
    return new SecureNoiseSource(new SecureRandom());
  }

  /** The same noise every time, for tests and simulations. */
  static NoiseSource seeded(Seed seed) {
    return new SeededNoiseSource(seed);
  }
}
