package dev.kula.sealing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.KulaException;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against appendix A.1.3 of RFC 9180. */
final class HpkeTest {
  private static final byte[] EPHEMERAL =
      hex("ff4442ef24fbc3c1ff86375b0be1e77e88a0de1e79b30896d73411c5ff4c3518");
  private static final byte[] ENCAPSULATED =
      hex("23fb952571a14a25e3d678140cd0e5eb47a0961bb18afcf85896e5453c312e76");
  private static final byte[] RECEIVER =
      hex("fdea67cf831f1ca98d8e27b1f6abeb5b7745e9d35348b80fa407ff6958f9137e");
  private static final byte[] RECEIVERS_PUBLIC =
      hex("1632d5c2f71c2b38d0a8fcc359355200caa8b1ffdf28618080466c909cb69b2e");
  private static final byte[] SENDER =
      hex("dc4a146313cce60a278a5323d321f051c5707e9c45ba21a3479fecdf76fc69dd");
  private static final byte[] SENDERS_PUBLIC =
      hex("8b0c70873dc5aecb7f9ee4e62406a397b350e57012be45cf53b7105ae731790b");
  private static final byte[] INFO = hex("4f6465206f6e2061204772656369616e2055726e");
  private static final byte[] ASSOCIATED = hex("436f756e742d30");
  private static final byte[] MESSAGE =
      hex("4265617574792069732074727574682c20747275746820626561757479");
  private static final byte[] CIPHERTEXT =
      hex(
          "5fd92cc9d46dbf8943e72a07e42f363ed5f721212cd90bcfd072bfd9f44e06b80fd17824947496e21b680c141b");

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static Optional<byte[]> open(byte[] encapsulated, byte[] ciphertext, byte[] sender) {
    return Hpke.open(new Hpke.Sealed(encapsulated, ciphertext), RECEIVER, sender, INFO, ASSOCIATED);
  }

  @Test
  void theVectorOfTheRfcIsSealedAndOpened() {
    Hpke.Sealed sealed = Hpke.seal(EPHEMERAL, SENDER, RECEIVERS_PUBLIC, INFO, ASSOCIATED, MESSAGE);
    assertArrayEquals(ENCAPSULATED, sealed.encapsulated());
    assertArrayEquals(CIPHERTEXT, sealed.ciphertext());
    assertArrayEquals(MESSAGE, open(ENCAPSULATED, CIPHERTEXT, SENDERS_PUBLIC).orElseThrow());
  }

  @Test
  void keysAreDerivedAsTheRfcDoes() {
    byte[] material = hex("6e6d8f200ea2fb20c30b003a8b4f433d2f4ed4c2658d5bc8ce2fef718059c9f7");
    assertArrayEquals(EPHEMERAL, Hpke.deriveKey(material));
    assertArrayEquals(SENDERS_PUBLIC, Curve.publicKey(SENDER));
  }

  /** Whatever is another than it was, nothing comes out. */
  @Test
  void whatIsNotSoundIsNotOpened() {
    for (int at : new int[] {0, 10, CIPHERTEXT.length - 1}) {
      byte[] changed = CIPHERTEXT.clone();
      changed[at] ^= 1;
      assertEquals(Optional.empty(), open(ENCAPSULATED, changed, SENDERS_PUBLIC));
    }
    assertEquals(Optional.empty(), open(RECEIVERS_PUBLIC, CIPHERTEXT, SENDERS_PUBLIC));
    assertEquals(Optional.empty(), open(ENCAPSULATED, CIPHERTEXT, RECEIVERS_PUBLIC), "of another");
    assertEquals(Optional.empty(), open(new byte[32], CIPHERTEXT, SENDERS_PUBLIC), "small order");
    assertEquals(Optional.empty(), open(new byte[5], CIPHERTEXT, SENDERS_PUBLIC));
    assertEquals(Optional.empty(), open(ENCAPSULATED, new byte[15], SENDERS_PUBLIC));
    Hpke.Sealed sealed = new Hpke.Sealed(ENCAPSULATED, CIPHERTEXT);
    assertEquals(Optional.empty(), Hpke.open(sealed, RECEIVER, SENDERS_PUBLIC, INFO, new byte[0]));
    assertEquals(
        Optional.empty(), Hpke.open(sealed, RECEIVER, SENDERS_PUBLIC, ASSOCIATED, ASSOCIATED));
    assertEquals(Optional.empty(), Hpke.open(sealed, SENDER, SENDERS_PUBLIC, INFO, ASSOCIATED));
    assertThrows(
        KulaException.class,
        () -> Hpke.seal(EPHEMERAL, SENDER, new byte[32], INFO, ASSOCIATED, MESSAGE));
  }
}
