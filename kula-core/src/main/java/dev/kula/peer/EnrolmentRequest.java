package dev.kula.peer;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;

/**
 * What a process says to get its first certificate: its token, its public keys, and a signature
 * with each private key that shows that it holds them.
 *
 * <p>Signed is, each field after its length as four bytes with the highest first: {@code kula
 * enrolment 1}, the SHA-256 of the token, the word of the role, the name in UTF-8, the SHA-256 of
 * the authority's certificate in DER, both public keys as here. So a proof is good for one token,
 * role, name, authority and pair of keys, and for nothing else that a device signs. The token opens
 * once for whoever shows it first: send it over TLS, to the authority alone.
 *
 * @param token as {@code kula pki token} printed it
 * @param connection an EC P-256 key for TLS, in its X.509 form
 * @param signing the 32 bytes of an Ed25519 key of a device; nothing of others
 * @param connectionProof ECDSA with SHA-256, in DER
 * @param signingProof Ed25519; nothing where there is no such key
 */
public record EnrolmentRequest(
    String token,
    Role role,
    DeviceId name,
    byte[] connection,
    byte[] signing,
    byte[] connectionProof,
    byte[] signingProof) {
  private static final String DOMAIN = "kula enrolment 1";
  private static final String CONNECTION_SIGNATURE = "SHA256withECDSA";
  private static final String SIGNING_SIGNATURE = "Ed25519";
  private static final byte[] NOTHING = {};

  /** More than any field of an honest request has; what is longer was made up. */
  private static final int LONGEST_FIELD = 256;

  public EnrolmentRequest {
    connection = bounded("connection key", connection);
    signing = bounded("signing key", signing);
    connectionProof = bounded("proof of the connection key", connectionProof);
    signingProof = bounded("proof of the signing key", signingProof);
    if (token.length() > LONGEST_FIELD) {
      throw KulaException.remote(
          "token has %d characters, must have at most %d; type it as it was printed"
              .formatted(token.length(), LONGEST_FIELD));
    }
    if (!role.isForOthers() || (role == Role.DEVICE) != (signing.length > 0)) {
      throw KulaException.remote(
          "role of '%s' is %s with a signing key of %d bytes, must be one that is given, and of a"
                  .formatted(name, role.word(), signing.length)
              + " device if it has a signing key; make keys for the role");
    }
    Peer.nameRule(name.name())
        .ifPresent(
            rule -> {
              throw KulaException.remote(
                  "name is '%s', must %s; choose another".formatted(name, rule));
            });
  }

  private static byte[] bounded(String what, byte[] bytes) {
    if (bytes.length > LONGEST_FIELD) {
      throw KulaException.remote(
          "%s has %d bytes, must have at most %d; make new keys"
              .formatted(what, bytes.length, LONGEST_FIELD));
    }
    return bytes.clone();
  }

  /**
   * A request with proofs.
   *
   * @param signing of a device alone
   * @param authority of the authority that gave out the token
   */
  public static EnrolmentRequest of(
      String token,
      Role role,
      DeviceId name,
      KeyPair connection,
      Optional<KeyPair> signing,
      Fingerprint authority) {
    byte[] connectionKey = connection.getPublic().getEncoded();
    byte[] signingKey = signing.map(pair -> SigningKey.bytes(pair.getPublic())).orElse(NOTHING);
    byte[] text = text(token, role, name, authority, connectionKey, signingKey);
    return new EnrolmentRequest(
        token,
        role,
        name,
        connectionKey,
        signingKey,
        sign(CONNECTION_SIGNATURE, connection.getPrivate(), text),
        signing.map(pair -> sign(SIGNING_SIGNATURE, pair.getPrivate(), text)).orElse(NOTHING));
  }

  /**
   * Checks both proofs.
   *
   * @return whom the certificate is to name
   * @throws KulaException the other party's mistake, if a key or proof does not hold
   */
  public Peer proven(X509Certificate authority) {
    byte[] text = text(token, role, name, Fingerprint.of(authority), connection, signing);
    Optional<PublicKey> signingKey =
        role == Role.DEVICE ? Optional.of(SigningKey.of(signing)) : Optional.empty();
    verify("connection", CONNECTION_SIGNATURE, connectionKey(), text, connectionProof);
    signingKey.ifPresent(key -> verify("signing", SIGNING_SIGNATURE, key, text, signingProof));
    return new Peer(role, name, signingKey);
  }

  /** SHA-256 of both public keys: the same for whoever asks again with the keys of before. */
  public byte[] keysHash() {
    return sha256(fields(connection, signing));
  }

  /**
   * The key for TLS.
   *
   * @throws KulaException the other party's mistake, if it is no EC P-256 key
   */
  public PublicKey connectionKey() {
    try {
      PublicKey key =
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(connection));
      Curve.check(key);
      return key;
    } catch (GeneralSecurityException e) {
      throw KulaException.remote(
          "connection key of '%s' cannot be read, must be EC P-256; make new keys".formatted(name));
    }
  }

  /** SHA-256 of a token, which is all that an authority keeps of it. */
  public static byte[] tokenHash(String token) {
    return sha256(token.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] text(
      String token,
      Role role,
      DeviceId name,
      Fingerprint authority,
      byte[] connection,
      byte[] signing) {
    return fields(
        DOMAIN.getBytes(StandardCharsets.UTF_8),
        tokenHash(token),
        role.word().getBytes(StandardCharsets.UTF_8),
        name.name().getBytes(StandardCharsets.UTF_8),
        authority.bytes(),
        connection,
        signing);
  }

  private static byte[] fields(byte[]... fields) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      text.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(field.length).array());
      text.writeBytes(field);
    }
    return text.toByteArray();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw KulaException.resource("this Java lacks SHA-256; use a JDK 25", e);
    }
  }

  private static byte[] sign(String algorithm, PrivateKey key, byte[] text) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw KulaException.resource(
          "signing with %s failed: %s".formatted(algorithm, e.getMessage()), e);
    }
  }

  private void verify(String what, String algorithm, PublicKey key, byte[] text, byte[] proof) {
    boolean holds;
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initVerify(key);
      signature.update(text);
      holds = signature.verify(proof);
    } catch (GeneralSecurityException e) {
      holds = false; // malformed bytes prove nothing
    }
    if (!holds) {
      throw KulaException.remote(
          "proof of the %s key of '%s' does not hold, must be a signature with it over token, role,"
                  .formatted(what, name)
              + " name, keys and this authority; check the authority's certificate");
    }
  }
}
