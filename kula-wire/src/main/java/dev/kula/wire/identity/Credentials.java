package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.Peer;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.PrivateFile.Readers;
import dev.kula.peer.Trust;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * With what a process shows who it is. Whoever issued the certificate, it works if it has the URIs
 * that {@link Peer} reads.
 *
 * @param peer whom the certificate names
 * @param chain its certificate first; the authority's may be at the end
 * @param keys that belong to the certificate
 */
public record Credentials(Peer peer, List<X509Certificate> chain, PeerKeys keys) {
  public Credentials {
    chain = List.copyOf(chain);
  }

  /**
   * Reads a chain and its keys, both in PEM.
   *
   * @throws KulaException the user's mistake, if they do not belong together
   */
  public static Credentials read(Path certificate, Path key) {
    List<X509Certificate> chain = Pem.chain(certificate);
    Peer peer = named(certificate, chain.getFirst());
    PeerKeys keys = PeerKeys.read(key, chain.getFirst().getPublicKey(), peer.signing());
    return new Credentials(peer, chain, keys);
  }

  /**
   * What came of an enrolment or a renewal.
   *
   * @param asked whom it was to name
   * @param keys that were to be in it
   * @throws KulaException the other party's mistake, if it is anything else
   */
  public static Credentials of(EnrolmentAnswer answer, Peer asked, PeerKeys keys, Trust trust) {
    Peer peer = trust.peer(answer.chain(), Trust.Side.CLIENT);
    PublicKey key = answer.chain().getFirst().getPublicKey();
    Optional<PublicKey> signing = keys.signing().map(pair -> pair.getPublic());
    if (!peer.equals(asked)
        || !peer.signing().equals(signing)
        || !key.equals(keys.connection().getPublic())) {
      throw KulaException.remote(
          "answer to an enrolment names %s '%s', must name %s '%s' with the keys that it sent; ask"
                  .formatted(peer.role().word(), peer.name(), asked.role().word(), asked.name())
              + " the operator");
    }
    return new Credentials(peer, answer.chain(), keys);
  }

  /** Writes the chain to a file that is not there yet. */
  public static void create(Path file, List<X509Certificate> chain) {
    PrivateFile.create(file, text(chain), Readers.EVERYBODY);
  }

  /** Writes the chain over what is there, as after a renewal; the keys stay. */
  public void replace(Path file) {
    PrivateFile.replace(file, text(chain), Readers.EVERYBODY);
  }

  /** The certificate of an authority. */
  public static X509Certificate authority(Path file) {
    List<X509Certificate> chain = Pem.chain(file);
    if (chain.size() != 1) {
      throw Pem.broken(file, "have one certificate, the authority's, not " + chain.size());
    }
    return chain.getFirst();
  }

  private static Peer named(Path file, X509Certificate certificate) {
    try {
      return Peer.named(certificate);
    } catch (KulaException e) {
      throw KulaException.user("'%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String text(List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    try {
      for (X509Certificate certificate : chain) {
        text.append(Pem.text(Pem.CERTIFICATE, certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw KulaException.resource("a certificate has no DER form", e);
    }
    return text.toString();
  }
}
