package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.data.SealingKey;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.wire.Introduction;
import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The other devices that a device has been introduced to, and their keys. What counts is that the
 * device's own authority has issued the certificate, whether it still holds or not: a device that
 * does its jobs again, years later, comes to the same; and the orchestrator, which looks at dates
 * and at what was revoked, has let its holder in.
 *
 * <p>Not thread safe.
 */
final class Acquaintances {
  private final Trust trust;
  private final Map<DeviceId, PublicKey> keys = new HashMap<>();
  private final Map<DeviceId, byte[]> sealing = new HashMap<>();

  /** Nobody yet; {@code trust} says whose certificates count. */
  Acquaintances(Trust trust) {
    this.trust = trust;
  }

  /** With what a device signs; empty if it was not introduced. */
  Optional<PublicKey> key(DeviceId device) {
    return Optional.ofNullable(keys.get(device));
  }

  /** What to seal messages for a device to; empty if it was not introduced with a key. */
  Optional<byte[]> sealing(DeviceId device) {
    return Optional.ofNullable(sealing.get(device));
  }

  /**
   * Takes note of a device.
   *
   * @throws KulaException the other party's mistake, if its certificate or its sealing key is not
   *     to be believed
   */
  void meet(Introduction introduction) {
    Peer peer = introduced(introduction, trust);
    if (peer.signing().isEmpty()) {
      return;
    }
    PublicKey signing = peer.signing().get();
    keys.put(peer.name(), signing);
    if (introduction.sealing().isPresent()) {
      SealingKey shown = introduction.sealing().get();
      if (!shown.isSignedBy(signing)) {
        throw KulaException.remote(
            "the sealing key of '%s' is not signed by it, must be; nothing is sealed to it"
                .formatted(peer.name()));
      }
      sealing.put(peer.name(), shown.key());
    }
  }

  /**
   * Who is introduced.
   *
   * @throws KulaException the other party's mistake, if it is no device that the authority issued a
   *     certificate to
   */
  static Peer introduced(Introduction introduction, Trust trust) {
    Peer peer = trust.issued(certificates(introduction), Trust.Side.CLIENT);
    if (peer.role() != Role.DEVICE) {
      throw KulaException.remote(
          "introduced is %s '%s', must be a device; update the orchestrator"
              .formatted(peer.role().word(), peer.name()));
    }
    return peer;
  }

  private static List<X509Certificate> certificates(Introduction introduction) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = new ArrayList<>();
      for (byte[] encoded : introduction.chain()) {
        chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
      }
      return chain;
    } catch (CertificateException e) {
      throw KulaException.remote(
          "a certificate of an introduction is malformed, must be X.509 in DER; update the"
              + " orchestrator");
    }
  }
}
