package dev.kula.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockFloatsTest {
  private static float[] numbers(int size) {
    RandomGenerator random = new Seed(3).generator();
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      // Of all magnitudes, from one block to the next and within.
      numbers[i] = (float) (random.nextGaussian() * Math.scalb(1.0, i / 32 % 250 - 140));
    }
    return numbers;
  }

  @Test
  void aBlockSharesAPowerOfTwo() {
    // 100 is at most 127 and more than 63: a step is 1. The half goes to the even multiple.
    float[] block = {100, -3.5f, 0.5f, 1.5f, -0.2f, 0};
    assertArrayEquals(new float[] {100, -4, 0, 2, 0, 0}, BlockFloats.rounded(block, 8));
    byte[] bytes = BlockFloats.encode(BlockFloats.rounded(block, 8), 8).orElseThrow();
    assertArrayEquals(new byte[] {127, 100, -4, 0, 2, 0, 0}, bytes);
    // More than 127 takes a step of 2; of 16 bits the step is 2^-8 of that.
    assertArrayEquals(new float[] {128, 4}, BlockFloats.rounded(new float[] {127.5f, 3.3f}, 8));
    assertArrayEquals(
        new float[] {100, 3.3007812f}, BlockFloats.rounded(new float[] {100, 3.3f}, 16));
    assertEquals(32 + 1, BlockFloats.bytes(32, 8));
    assertEquals(33 + 2, BlockFloats.bytes(33, 8));
    assertEquals(2 * 33 + 2, BlockFloats.bytes(33, 16));
    assertEquals(4 * 33, BlockFloats.bytes(33, 32));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void whatIsRoundedOnceStaysAndComesOutAgain(int bits) {
    float[] rounded = BlockFloats.rounded(numbers(32 * 300 + 7), bits);
    assertArrayEquals(rounded, BlockFloats.rounded(rounded, bits));
    byte[] bytes = BlockFloats.encode(rounded, bits).orElseThrow();
    assertEquals(BlockFloats.bytes(rounded.length, bits), bytes.length);
    assertBits(rounded, BlockFloats.decode(bytes, rounded.length, bits));
    float[] part = Arrays.copyOf(rounded, 45);
    assertBits(part, BlockFloats.decode(BlockFloats.encode(part, bits).orElseThrow(), 45, bits));
  }

  private static void assertBits(float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(actual[i]));
    }
  }

  /** At most half a step of the block, which is at most 1/63 of its largest number. */
  @Test
  void nothingIsFurtherOffThanHalfAStep() {
    float[] numbers = numbers(32 * 100);
    float[] rounded = BlockFloats.rounded(numbers, 8);
    for (int from = 32 * 40; from < numbers.length; from += 32) {
      float largest = 0;
      for (int i = from; i < from + 32; i++) {
        largest = Math.max(largest, Math.abs(numbers[i]));
      }
      for (int i = from; i < from + 32; i++) {
        assertTrue(Math.abs(rounded[i] - numbers[i]) <= largest / 126, "at " + i);
      }
    }
  }

  @Test
  void whatIsNoneIsNotWritten() {
    assertEquals(Optional.empty(), BlockFloats.encode(new float[] {1, 0.001f}, 8));
    assertEquals(Optional.empty(), BlockFloats.encode(new float[] {-0f}, 8), "bit for bit");
    assertEquals(Optional.empty(), BlockFloats.encode(new float[] {Float.NaN}, 16));
    float[] diverged = {1, Float.POSITIVE_INFINITY};
    assertArrayEquals(diverged, BlockFloats.rounded(diverged, 8));
    assertThrows(IllegalArgumentException.class, () -> BlockFloats.decode(new byte[3], 3, 8));
  }
}
