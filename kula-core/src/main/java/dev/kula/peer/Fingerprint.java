package dev.kula.peer;

import dev.kula.KulaException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * By what somebody who has no copy of a certificate knows it again.
 *
 * @param text SHA-256 of the certificate in DER, in Base64 for URLs without padding
 */
public record Fingerprint(String text) {
  /** The fingerprint of {@code certificate}. */
  public static Fingerprint of(X509Certificate certificate) {
    return new Fingerprint(
        Base64.getUrlEncoder().withoutPadding().encodeToString(sha(certificate)));
  }

  /** The 32 bytes. */
  byte[] bytes() {
    return Base64.getUrlDecoder().decode(text);
  }

  private static byte[] sha(X509Certificate certificate) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw KulaException.resource("a certificate has no DER form", e);
    } catch (NoSuchAlgorithmException e) {
      throw KulaException.resource("this Java lacks SHA-256; use a JDK 25", e);
    }
  }
}
