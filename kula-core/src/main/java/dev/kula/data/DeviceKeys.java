package dev.kula.data;

import dev.kula.KulaException;
import dev.kula.Seed;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a device: an Ed25519 key that signs its pointers and leases, and an HMAC-SHA-256
 * key that names its blocks. Thread safe.
 */
public final class DeviceKeys {
  private static final String HMAC = "HmacSHA256";

  private final Supplier<SecureRandom> random;
  private @Nullable Secrets secrets;

  /**
   * @param naming names blocks, which others see
   * @param deriving makes secrets, which nobody sees
   */
  private record Secrets(
      PrivateKey signing, PublicKey verifying, SecretKeySpec naming, SecretKeySpec deriving) {}

  private DeviceKeys(Supplier<SecureRandom> random) {
    this.random = random;
  }

  /** Fresh keys from the machine's secure source. */
  public static DeviceKeys create() {
    return new DeviceKeys(SecureRandom::new);
  }

  /**
   * Keys of a simulated device: the same for the same seed, and worthless as secrets. Made when
   * first used, as most devices of a large fleet never sign anything.
   */
  public static DeviceKeys simulated(Seed seed) {
    return new DeviceKeys(() -> new SeededSecureRandom(seed.generator()));
  }

  /**
   * Keys of a device that keeps them: {@code signing} is an Ed25519 pair, of whose private key the
   * one that names blocks is made, so that a device has one thing to keep.
   */
  public static DeviceKeys of(KeyPair signing) {
    DeviceKeys keys = new DeviceKeys(SecureRandom::new);
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(signing.getPrivate().getEncoded(), HMAC));
      byte[] naming = mac.doFinal(SignedFields.bytes("kula names of blocks 1"));
      byte[] deriving = mac.doFinal(SignedFields.bytes("kula secrets 1"));
      keys.secrets =
          new Secrets(
              signing.getPrivate(),
              signing.getPublic(),
              new SecretKeySpec(naming, HMAC),
              new SecretKeySpec(deriving, HMAC));
      return keys;
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("HMAC-SHA-256 failed: " + e.getMessage(), e);
    }
  }

  private synchronized Secrets secrets() {
    Secrets known = secrets;
    if (known == null) {
      known = draw(random.get());
      secrets = known;
    }
    return known;
  }

  private static Secrets draw(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(255, random);
      byte[] naming = new byte[32];
      random.nextBytes(naming);
      KeyPair pair = generator.generateKeyPair();
      byte[] deriving = new byte[32];
      random.nextBytes(deriving);
      return new Secrets(
          pair.getPrivate(),
          pair.getPublic(),
          new SecretKeySpec(naming, HMAC),
          new SecretKeySpec(deriving, HMAC));
    } catch (GeneralSecurityException e) {
      throw KulaException.resource(
          "this Java lacks Ed25519; use a JDK 25 with its SunEC provider", e);
    }
  }

  /** What others verify signatures with. */
  public PublicKey verifying() {
    return secrets().verifying();
  }

  /**
   * A seed that nobody else can know, the same whenever it is asked for.
   *
   * @param purpose what it is for
   */
  public Seed seed(String purpose) {
    Mac mac = mac(secrets().deriving());
    mac.update(SignedFields.bytes("kula seed 1", purpose));
    return new Seed(ByteBuffer.wrap(mac.doFinal()).getLong());
  }

  /**
   * 32 bytes that nobody else can know, the same whenever they are asked for.
   *
   * @param purpose what they are for
   * @param parts of what else they depend on
   */
  byte[] secret(String purpose, byte[]... parts) {
    Mac mac = mac(secrets().deriving());
    mac.update(SignedFields.bytes("kula secret 1", purpose));
    for (byte[] part : parts) {
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
      mac.update(part);
    }
    return mac.doFinal();
  }

  byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(secrets().signing());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("signing with Ed25519 failed: " + e.getMessage(), e);
    }
  }

  static boolean verify(PublicKey key, byte[] message, byte[] signed) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(signed);
    } catch (java.security.SignatureException e) {
      return false; // malformed bytes are no signature
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("verifying with Ed25519 failed: " + e.getMessage(), e);
    }
  }

  BlockId name(SampleBatch content) {
    Mac mac = mac(secrets().naming());
    float[] row = new float[content.features().columns()];
    ByteBuffer buffer = ByteBuffer.allocate((row.length + 1) * Float.BYTES);
    for (int i = 0; i < content.size(); i++) {
      content.features().copyRow(i, row, 0);
      buffer.clear();
      buffer.asFloatBuffer().put(row).put(content.targets()[i]);
      mac.update(buffer.array());
    }
    return named(mac);
  }

  /** The name of this device's class sums of a round, which depends on no sample. */
  BlockId nameOfSums(int round) {
    Mac mac = mac(secrets().naming());
    mac.update(SignedFields.bytes("class sums", Integer.toString(round)));
    return named(mac);
  }

  private static BlockId named(Mac mac) {
    return new BlockId(HexFormat.of().formatHex(mac.doFinal()));
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("HMAC-SHA-256 failed: " + e.getMessage(), e);
    }
  }

  /** Lets the JDK's key generator draw from a seeded stream; for simulated devices only. */
  private static final class SeededSecureRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final transient RandomGenerator generator;

    SeededSecureRandom(RandomGenerator generator) {
      this.generator = generator;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      generator.nextBytes(bytes);
    }
  }
}
