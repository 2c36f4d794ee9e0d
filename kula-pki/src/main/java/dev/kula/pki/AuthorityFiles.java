package dev.kula.pki;

import dev.kula.KulaException;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.PrivateFile.Readers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/** The directory of an authority. */
final class AuthorityFiles {
  static final String CERTIFICATE = "authority.pem";
  static final String KEY = "authority.key";
  static final String JOURNAL = "issued.jsonl";
  static final String REVOCATIONS = "revoked.crl";

  private final Path directory;

  AuthorityFiles(Path directory) {
    this.directory = directory;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /**
   * Makes the directory with all that belongs to it, in one step: it is filled beside its place and
   * then moved there.
   */
  void create(X509Certificate certificate, PrivateKey key, X509CRL nothingRevoked) {
    refuseWhatIsThere();
    Path parent = directory.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw inTheWay();
    }
    try {
      Files.createDirectories(parent);
      Path beside =
          Files.createTempDirectory(
              parent, ".kula-authority-", PrivateFile.ownerOnly(parent, true));
      PrivateFile.create(beside.resolve(KEY), Certificates.pem(key), Readers.OWNER);
      PrivateFile.create(beside.resolve(JOURNAL), "", Readers.OWNER);
      PrivateFile.create(
          beside.resolve(REVOCATIONS), Certificates.pem(nothingRevoked), Readers.EVERYBODY);
      PrivateFile.create(
          beside.resolve(CERTIFICATE), Certificates.pem(certificate), Readers.EVERYBODY);
      move(beside);
      PrivateFile.force(parent);
    } catch (IOException e) {
      throw KulaException.resource(
          "cannot write '%s': %s; check the disk and who may write there".formatted(directory, e),
          e);
    }
  }

  private void move(Path beside) throws IOException {
    try {
      Files.move(beside, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (DirectoryNotEmptyException e) {
      discard(beside);
      throw inTheWay();
    } catch (IOException e) {
      discard(beside);
      throw e;
    }
  }

  private static void discard(Path beside) throws IOException {
    for (String name : new String[] {KEY, JOURNAL, REVOCATIONS, CERTIFICATE}) {
      Files.deleteIfExists(beside.resolve(name));
    }
    Files.deleteIfExists(beside);
  }

  private void refuseWhatIsThere() {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.isDirectory(directory) ? Files.list(directory) : null) {
      if (files == null || files.findAny().isPresent()) {
        throw inTheWay();
      }
    } catch (IOException e) {
      throw inTheWay();
    }
  }

  private KulaException inTheWay() {
    return KulaException.user(
        "authority is '%s', must be a directory that is empty or not there yet: nothing is"
                .formatted(directory)
            + " overwritten; choose another");
  }

  X509Certificate certificate() {
    requireAll();
    Path file = file(CERTIFICATE);
    try {
      return (X509Certificate) factory().generateCertificate(stream(file));
    } catch (CertificateException e) {
      throw broken(file, "a certificate in PEM");
    }
  }

  /** The private key, if it is that of {@code certificate}. */
  PrivateKey key(X509Certificate certificate) {
    Path file = file(KEY);
    PrivateFile.requireOwnerOnly(file);
    try (PEMParser parser = new PEMParser(new StringReader(PrivateFile.read(file)))) {
      Object parsed = parser.readObject();
      PrivateKeyInfo info;
      if (parsed instanceof PrivateKeyInfo alone) {
        info = alone;
      } else if (parsed instanceof PEMKeyPair pair) {
        info = pair.getPrivateKeyInfo();
      } else {
        throw broken(file, "a private key in PEM");
      }
      PrivateKey key =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
      if (!belong(key, certificate)) {
        throw broken(file, "the key of " + file(CERTIFICATE));
      }
      return key;
    } catch (IOException | GeneralSecurityException e) {
      throw broken(file, "a private key in PEM");
    }
  }

  private static boolean belong(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    byte[] text = "kula authority".getBytes(StandardCharsets.UTF_8);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(text);
    return signature.verify(signed);
  }

  /** The list of revocations that is there; empty if there is none that holds. */
  Optional<X509CRL> revocations(X509Certificate authority) {
    Path file = file(REVOCATIONS);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      X509CRL list = (X509CRL) factory().generateCRL(stream(file));
      list.verify(authority.getPublicKey());
      return Optional.of(list);
    } catch (CRLException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  void publish(X509CRL list) {
    PrivateFile.replace(file(REVOCATIONS), Certificates.pem(list), Readers.EVERYBODY);
  }

  private void requireAll() {
    for (String name : new String[] {CERTIFICATE, KEY, JOURNAL}) {
      if (!Files.isRegularFile(file(name))) {
        throw KulaException.user(
            "authority is '%s', which has no %s, must be a directory that kula pki init made;"
                    .formatted(directory, name)
                + " name another, or put back a copy");
      }
    }
  }

  private static KulaException broken(Path file, String rule) {
    return KulaException.user(
        "'%s' cannot be used, must be %s; put back a copy, or begin with another authority"
            .formatted(file, rule));
  }

  private static ByteArrayInputStream stream(Path file) {
    return new ByteArrayInputStream(PrivateFile.read(file).getBytes(StandardCharsets.UTF_8));
  }

  private static CertificateFactory factory() {
    try {
      return CertificateFactory.getInstance("X.509");
    } catch (CertificateException e) {
      throw KulaException.resource("this Java lacks X.509; use a JDK 25", e);
    }
  }
}
