package dev.kula;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A key from which random streams are derived. Every random choice names what it is for, so that no
 * choice depends on the order in which threads happen to run, and no generator state has to be
 * saved in a checkpoint.
 *
 * <p>Immutable and thread safe. Derivation mixes with the SplitMix64 finaliser (Steele, Lea and
 * Flood 2014); it is for simulation and sampling, never for secrets.
 *
 * @param value the key
 */
public record Seed(long value) {
  private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
      RandomGeneratorFactory.of("L64X128MixRandom");

  /** A seed for {@code purpose}. */
  public Seed derive(String purpose) {
    long hash = value;
    for (int i = 0; i < purpose.length(); i++) {
      hash = mix(hash ^ purpose.charAt(i));
    }
    return new Seed(mix(hash + 0x9e3779b97f4a7c15L));
  }

  /** A seed for the {@code key}-th thing of one kind. */
  public Seed derive(long key) {
    return new Seed(mix(mix(value + 0x9e3779b97f4a7c15L) ^ (key * 0xd1342543de82ef95L + 1)));
  }

  /** A fresh generator; the same one every time. */
  public RandomGenerator generator() {
    return FACTORY.create(value);
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }
}
