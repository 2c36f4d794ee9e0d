package dev.kula.privacy.noise;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Noise from a {@link SecureRandom}, drawn a buffer at a time because a visit's result needs
 * hundreds of thousands of draws; the draws themselves are those of {@link
 * RandomGenerator#nextGaussian()} (McFarland's ziggurat).
 */
final class SecureNoiseSource implements NoiseSource {
  private static final int BUFFER_BYTES = 8192;

  private final RandomGenerator generator;

  SecureNoiseSource(SecureRandom random) {
    this.generator = new Buffered(random);
  }

  @Override
  public double nextGaussian() {
    return generator.nextGaussian();
  }

  @Override
  public boolean isSeeded() {
    return false;
  }

  private static final class Buffered implements RandomGenerator {
    private final SecureRandom random;
    private final byte[] bytes = new byte[BUFFER_BYTES];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

    Buffered(SecureRandom random) {
      this.random = random;
      buffer.position(BUFFER_BYTES);
    }

    @Override
    public long nextLong() {
      if (!buffer.hasRemaining()) {
        random.nextBytes(bytes);
        buffer.clear();
      }
      int position = buffer.position();
      long value = buffer.getLong();
      // Used bits must not linger where a later heap dump would reveal past noise.
      Arrays.fill(bytes, position, position + Long.BYTES, (byte) 0);
      return value;
    }
  }
}
