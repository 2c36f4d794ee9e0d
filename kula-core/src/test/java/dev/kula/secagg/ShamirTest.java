package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Any threshold of shares gives the secret, one less does not. */
final class ShamirTest {
  @Property(tries = 100)
  void anyThresholdOfSharesGivesTheSecret(
      @ForAll @Size(32) byte[] secret,
      @ForAll @IntRange(min = 1, max = 20) int threshold,
      @ForAll @IntRange(min = 0, max = 10) int spare,
      @ForAll long seed) {
    int[] points = IntStream.rangeClosed(1, threshold + spare).map(i -> 7 * i).toArray();
    byte[][] shares = Shamir.split(secret, threshold, points, new SeededSecureRandom(seed));

    List<Integer> order = new ArrayList<>(IntStream.range(0, points.length).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    assertArrayEquals(secret, join(points, shares, order.subList(0, threshold)));
    for (byte[] share : shares) {
      assertTrue(Shamir.isShare(share));
    }
  }

  @Property(tries = 50)
  void oneShareLessDoesNot(
      @ForAll @Size(32) byte[] secret,
      @ForAll @IntRange(min = 2, max = 20) int threshold,
      @ForAll long seed) {
    int[] points = IntStream.rangeClosed(1, threshold).toArray();
    byte[][] shares = Shamir.split(secret, threshold, points, new SeededSecureRandom(seed));
    try {
      byte[] joined = join(points, shares, IntStream.range(0, threshold - 1).boxed().toList());
      assertFalse(Arrays.equals(secret, joined));
    } catch (KulaException notThirtyTwoBytes) {
      assertEquals(KulaException.Blame.REMOTE, notThirtyTwoBytes.blame());
    }
  }

  /** f(x) = 5 + 3x: computed by hand. */
  @Test
  void sharesJoinAsByHand() {
    byte[] expected = new byte[32];
    expected[31] = 5;
    byte[][] shares = {share(8), share(14)};
    assertArrayEquals(expected, Shamir.join(new int[] {1, 3}, shares));
  }

  @Test
  void thePrimeIsNoShare() {
    byte[] prime = Shamir.PRIME.toByteArray();
    assertFalse(Shamir.isShare(prime));
    assertTrue(Shamir.isShare(Shamir.PRIME.subtract(BigInteger.ONE).toByteArray()));
    assertFalse(Shamir.isShare(new byte[32]));
  }

  private static byte[] share(int value) {
    byte[] share = new byte[Shamir.SHARE_BYTES];
    share[Shamir.SHARE_BYTES - 1] = (byte) value;
    return share;
  }

  private static byte[] join(int[] points, byte[][] shares, List<Integer> chosen) {
    return Shamir.join(
        chosen.stream().mapToInt(i -> points[i]).toArray(),
        chosen.stream().map(i -> shares[i]).toArray(byte[][]::new));
  }
}
