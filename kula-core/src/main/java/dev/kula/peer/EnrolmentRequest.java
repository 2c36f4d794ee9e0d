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
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;

/**
 * What a device says to get its first certificate: its token, its public keys, and a signature with
 * each private key that shows that it holds them.
 *
 * <p>Signed is, each field after its length as four bytes with the highest first: {@code kula
 * enrolment 1}, the SHA-256 of the token, the name in UTF-8, the SHA-256 of the authority's
 * certificate in DER, both public keys as here. So a proof is good for one token, name, authority
 * and pair of keys, and for nothing else that a device signs. The token opens once for whoever
 * shows it first: send it over TLS, to the authority alone.
 *
 * @param token as {@code kula pki token} printed it
 * @param connection an EC P-256 key for TLS, in its X.509 form
 * @param signing the 32 bytes of an Ed25519 key
 * @param connectionProof ECDSA with SHA-256, in DER
 * @param signingProof Ed25519
 */
public record EnrolmentRequest(
    String token,
    DeviceId name,
    byte[] connection,
    byte[] signing,
    byte[] connectionProof,
    byte[] signingProof) {
  private static final String DOMAIN = "kula enrolment 1";
  private static final String CONNECTION_SIGNATURE = "SHA256withECDSA";
  private static final String SIGNING_SIGNATURE = "Ed25519";

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
   * @param authority the certificate of the authority that gave out the token
   */
  public static EnrolmentRequest of(
      String token, DeviceId name, KeyPair connection, KeyPair signing, X509Certificate authority) {
    byte[] connectionKey = connection.getPublic().getEncoded();
    byte[] signingKey = SigningKey.bytes(signing.getPublic());
    byte[] text = text(token, name, authority, connectionKey, signingKey);
    return new EnrolmentRequest(
        token,
        name,
        connectionKey,
        signingKey,
        sign(CONNECTION_SIGNATURE, connection.getPrivate(), text),
        sign(SIGNING_SIGNATURE, signing.getPrivate(), text));
  }

  /**
   * Checks both proofs.
   *
   * @return whom the certificate is to name
   * @throws KulaException the other party's mistake, if a key or proof does not hold
   */
  public Peer proven(X509Certificate authority) {
    byte[] text = text(token, name, authority, connection, signing);
    PublicKey signingKey = SigningKey.of(signing);
    verify("connection", CONNECTION_SIGNATURE, connectionKey(), text, connectionProof);
    verify("signing", SIGNING_SIGNATURE, signingKey, text, signingProof);
    return new Peer(Role.DEVICE, name, Optional.of(signingKey));
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
      String token, DeviceId name, X509Certificate authority, byte[] connection, byte[] signing) {
    try {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      for (byte[] field :
          new byte[][] {
            DOMAIN.getBytes(StandardCharsets.UTF_8),
            tokenHash(token),
            name.name().getBytes(StandardCharsets.UTF_8),
            sha256(authority.getEncoded()),
            connection,
            signing
          }) {
        text.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(field.length).array());
        text.writeBytes(field);
      }
      return text.toByteArray();
    } catch (CertificateEncodingException e) {
      throw KulaException.resource("the authority's certificate has no DER form", e);
    }
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
          "proof of the %s key of '%s' does not hold, must be a signature with it over token, name,"
                  .formatted(what, name)
              + " keys and this authority; check the name and the authority's certificate");
    }
  }
}
