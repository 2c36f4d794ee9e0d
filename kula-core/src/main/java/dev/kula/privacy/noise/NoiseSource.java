package dev.kula.privacy.noise;

import dev.kula.Seed;
import java.util.random.RandomGenerator;

/**
 * Where privacy noise comes from: independent, uniformly distributed bits. What is drawn from them
 * is drawn by integer arithmetic alone ({@link DiscreteGaussian}, {@link DiscreteLaplace}), so that
 * no rounding of floating-point numbers shows in a release.
 *
 * <p>One thread at a time.
 */
public interface NoiseSource {
  /** 64 uniform bits. */
  long nextLong();

  /**
   * Whether the bits can be repeated by anyone who knows a seed. Such noise protects nobody; a
   * report made with it must say so.
   */
  boolean isSeeded();

  /**
   * Bits of AES-256 in counter mode under a key from the platform's cryptographically strong
   * generator, which only this source knows.
   */
  static NoiseSource secure() {
    return new SecureBits();
  }

  /** The same bits every time, for tests and simulations. */
  static NoiseSource seeded(Seed seed) {
    RandomGenerator generator = seed.generator();
    return new NoiseSource() {
      @Override
      public long nextLong() {
        return generator.nextLong();
      }

      @Override
      public boolean isSeeded() {
        return true;
      }
    };
  }
}
