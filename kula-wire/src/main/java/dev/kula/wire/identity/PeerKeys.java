package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.data.DeviceKeys;
import dev.kula.peer.Curve;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.Role;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Optional;

/**
 * The keys of a process. They are kept in one file, for its owner alone: in PEM, the private keys
 * in PKCS #8, the connection's first, then the public ones in the same order.
 *
 * @param connection EC P-256, or RSA if somebody brings their own: for TLS
 * @param signing Ed25519: signs pointers and leases; devices have it
 */
public record PeerKeys(KeyPair connection, Optional<KeyPair> signing) {
  /** Fresh keys from the machine's secure source. */
  public static PeerKeys create(Role role) {
    try {
      SecureRandom random = new SecureRandom();
      KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
      curve.initialize(new ECGenParameterSpec(Curve.NAME), random);
      return new PeerKeys(
          curve.generateKeyPair(),
          role == Role.DEVICE
              ? Optional.of(KeyPairGenerator.getInstance("Ed25519").generateKeyPair())
              : Optional.empty());
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks EC P-256 or Ed25519; use a JDK 25", e);
    }
  }

  /**
   * What a device runs with.
   *
   * @throws KulaException the user's mistake, if it has no key to sign with
   */
  public DeviceKeys deviceKeys() {
    return DeviceKeys.of(
        signing.orElseThrow(
            () ->
                KulaException.user(
                    "keys are without an Ed25519 key, a device must have one; make them anew")));
  }

  /**
   * Writes them to a file that is not there yet.
   *
   * @throws KulaException the user's mistake, if it is there
   */
  public void write(Path file) {
    StringBuilder text =
        new StringBuilder(Pem.text(Pem.PRIVATE, connection.getPrivate().getEncoded()));
    signing.ifPresent(pair -> text.append(Pem.text(Pem.PRIVATE, pair.getPrivate().getEncoded())));
    text.append(Pem.text(Pem.PUBLIC, connection.getPublic().getEncoded()));
    signing.ifPresent(pair -> text.append(Pem.text(Pem.PUBLIC, pair.getPublic().getEncoded())));
    PrivateFile.create(file, text.toString(), PrivateFile.Readers.OWNER);
  }

  /**
   * Reads what {@link #write} wrote, for a device that has no certificate yet.
   *
   * @throws KulaException the user's mistake
   */
  public static PeerKeys read(Path file) {
    List<PublicKey> known = Pem.publicKeys(file);
    if (known.isEmpty()) {
      throw Pem.broken(file, "have the public keys beside the private ones");
    }
    return read(file, known.getFirst(), known.stream().skip(1).findFirst());
  }

  /** Reads the private keys that belong to public ones. */
  static PeerKeys read(Path file, PublicKey connection, Optional<PublicKey> signing) {
    PrivateFile.requireOwnerOnly(file);
    List<PrivateKey> keys = Pem.privateKeys(file);
    PrivateKey first = keys.getFirst();
    requirePair(file, "connection", first, connection);
    Optional<KeyPair> pair =
        signing.map(
            verifying -> {
              PrivateKey second =
                  keys.stream()
                      .skip(1)
                      .findFirst()
                      .orElseThrow(
                          () -> Pem.broken(file, "have an Ed25519 key after the connection's"));
              requirePair(file, "signing", second, verifying);
              return new KeyPair(verifying, second);
            });
    return new PeerKeys(new KeyPair(connection, first), pair);
  }

  private static void requirePair(Path file, String what, PrivateKey own, PublicKey known) {
    String algorithm =
        switch (own.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "Ed25519";
        };
    boolean pair;
    try {
      byte[] text = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(own);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(known);
      signature.update(text);
      pair = signature.verify(signed);
    } catch (GeneralSecurityException e) {
      pair = false; // of different kinds
    }
    if (!pair) {
      throw Pem.broken(file, "have the %s key that the certificate names".formatted(what));
    }
  }
}
