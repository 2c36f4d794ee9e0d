package dev.kula.pki;

import dev.kula.KulaException;
import dev.kula.peer.Peer;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates and revocation lists (RFC 5280), signed by ECDSA with SHA-256. */
final class Certificates {
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final X500Principal AUTHORITY = new X500Principal("CN=Kula authority");

  private Certificates() {}

  /** From when to when a certificate holds. */
  record Span(Instant from, Instant until) {}

  /** The certificate of an authority, signed by itself. */
  static X509Certificate root(KeyPair keys, BigInteger serial, Span span) {
    try {
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              AUTHORITY,
              serial,
              Date.from(span.from()),
              Date.from(span.until()),
              AUTHORITY,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(keys.getPublic()));
      return signed(builder, keys.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw failed(e);
    }
  }

  /** The certificate of {@code peer}, for both sides of a connection. */
  static X509Certificate peer(
      X509Certificate authority,
      PrivateKey key,
      BigInteger serial,
      Span span,
      Peer peer,
      List<Host> hosts,
      PublicKey connection) {
    try {
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              authority.getSubjectX500Principal(),
              serial,
              Date.from(span.from()),
              Date.from(span.until()),
              new X500Principal("CN=Kula " + peer.role().word()), // names nobody: the URI does
              connection);
      List<GeneralName> names = new ArrayList<>();
      for (String uri : peer.uris()) {
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
      }
      hosts.forEach(host -> names.add(host.alternativeName()));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth}));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers.createAuthorityKeyIdentifier(authority.getPublicKey()));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(connection));
      return signed(builder, key);
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw failed(e);
    }
  }

  /**
   * What was revoked.
   *
   * @param revoked serial numbers, and when each was revoked; their count numbers the list, so that
   *     a later one has a higher number
   */
  static X509CRL revocations(
      X509Certificate authority, PrivateKey key, Instant now, Map<BigInteger, Instant> revoked) {
    try {
      JcaX509v2CRLBuilder builder =
          new JcaX509v2CRLBuilder(authority.getSubjectX500Principal(), Date.from(now));
      revoked.forEach(
          (serial, at) -> builder.addCRLEntry(serial, Date.from(at), CRLReason.unspecified));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority.getPublicKey()));
      builder.addExtension(
          Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(revoked.size())));
      return new JcaX509CRLConverter()
          .getCRL(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw failed(e);
    }
  }

  /** A certificate, private key or revocation list in PEM. */
  static String pem(Object thing) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          thing instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : thing);
    } catch (IOException e) {
      throw failed(e);
    }
    return text.toString();
  }

  private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
  }

  private static KulaException failed(Exception cause) {
    return KulaException.resource("making a certificate failed: " + cause.getMessage(), cause);
  }
}
