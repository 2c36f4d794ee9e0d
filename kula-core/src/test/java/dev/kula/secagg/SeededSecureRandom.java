package dev.kula.secagg;

import dev.kula.Seed;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** The same secrets every time: for tests alone. */
final class SeededSecureRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;
  private final transient RandomGenerator generator;

  SeededSecureRandom(long seed) {
    generator = new Seed(seed).generator();
  }

  @Override
  public void nextBytes(byte[] bytes) {
    generator.nextBytes(bytes);
  }
}
