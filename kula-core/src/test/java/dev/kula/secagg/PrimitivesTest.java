package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Published vectors, and what must not pass. */
final class PrimitivesTest {
  /** RFC 7748, section 6.1. */
  @Test
  void keysAgreeAsPublished() {
    byte[] alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    byte[] bob = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    byte[] alicePublic = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    byte[] bobPublic = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    byte[] shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assertArrayEquals(alicePublic, Curve.publicKey(alice));
    assertArrayEquals(bobPublic, Curve.publicKey(bob));
    assertArrayEquals(shared, Curve.agree(alice, bobPublic));
    assertArrayEquals(shared, Curve.agree(bob, alicePublic));
  }

  @Test
  void aPointOfSmallOrderIsNoKey() {
    byte[] mine = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    assertThrows(KulaException.class, () -> Curve.agree(mine, new byte[32]));
  }

  /** RFC 5869, appendix A.1. */
  @Test
  void keysDeriveAsPublished() {
    byte[] derived =
        Derivation.hkdf(
            hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
            hex("000102030405060708090a0b0c"),
            hex("f0f1f2f3f4f5f6f7f8f9"),
            42);
    assertArrayEquals(
        hex(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865"),
        derived);
  }

  /** AES-128 of zeros under a key of zeros: H of test case 1 in the specification of GCM. */
  @Test
  void masksAreTheKeyStreamOfAes() {
    int[] expected = {0xd44be966, 0x3b2c8aef, 0x59fa4c88, 0x2e2b34ca};
    MaskStream stream = new MaskStream();
    assertArrayEquals(expected, stream.first(new byte[16], 4));
    int[] vector = new int[10_000];
    stream.add(new byte[16], vector);
    assertArrayEquals(expected, Arrays.copyOf(vector, 4));
    stream.subtract(new byte[16], vector);
    assertArrayEquals(new int[10_000], vector);
  }

  @Test
  void whatWasChangedDoesNotOpen() {
    byte[] key = new byte[16];
    byte[] sealed = SealedBox.seal(key, hex("0102"));
    assertArrayEquals(hex("0102"), SealedBox.open(key, sealed).orElseThrow());
    sealed[0] ^= 1;
    assertTrue(SealedBox.open(key, sealed).isEmpty());
  }

  @Test
  void signaturesHoldForOneMessageAndOneKey() {
    Identity one = Identity.create(new SeededSecureRandom(1));
    Identity other = Identity.create(new SeededSecureRandom(2));
    byte[] signature = one.sign(hex("01"));
    assertTrue(Identity.verify(Identity.decode(one.publicKey()), hex("01"), signature));
    assertFalse(Identity.verify(Identity.decode(one.publicKey()), hex("02"), signature));
    assertFalse(Identity.verify(Identity.decode(other.publicKey()), hex("01"), signature));
    assertFalse(Identity.verify(Identity.decode(one.publicKey()), hex("01"), new byte[64]));
  }

  @Test
  void theFieldIsOne() {
    assertTrue(Shamir.PRIME.isProbablePrime(100));
    assertEquals(257, Shamir.PRIME.bitLength());
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
