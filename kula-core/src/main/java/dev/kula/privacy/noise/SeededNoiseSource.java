package dev.kula.privacy.noise;

import dev.kula.Seed;
import java.util.random.RandomGenerator;

/** Repeatable noise. */
final class SeededNoiseSource implements NoiseSource {
  private final RandomGenerator generator;

  SeededNoiseSource(Seed seed) {
    this.generator = seed.generator();
  }

  @Override
  public double nextGaussian() {
    return generator.nextGaussian();
  }

  @Override
  public boolean isSeeded() {
    return true;
  }
}
