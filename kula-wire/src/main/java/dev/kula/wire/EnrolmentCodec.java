package dev.kula.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.Role;
import dev.kula.wire.v1.Certified;
import dev.kula.wire.v1.EnrolRequest;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Requests for certificates and their answers as messages of {@code enrolment.proto}, and back. */
public final class EnrolmentCodec {
  /** A new certificate and the authority's. */
  private static final int CHAIN = 2;

  private EnrolmentCodec() {}

  /** A request as it is sent. */
  public static EnrolRequest encode(EnrolmentRequest request) {
    return EnrolRequest.newBuilder()
        .setToken(request.token())
        .setRole(request.role().word())
        .setName(request.name().name())
        .setConnection(UnsafeByteOperations.unsafeWrap(request.connection()))
        .setSigning(UnsafeByteOperations.unsafeWrap(request.signing()))
        .setConnectionProof(UnsafeByteOperations.unsafeWrap(request.connectionProof()))
        .setSigningProof(UnsafeByteOperations.unsafeWrap(request.signingProof()))
        .build();
  }

  /**
   * What somebody asks for; whether they may have it is not looked at.
   *
   * @throws KulaException (REMOTE) if it breaks a rule
   */
  public static EnrolmentRequest decode(EnrolRequest request) {
    Role role =
        Role.of(request.getRole())
            .orElseThrow(
                () ->
                    Checks.refused(
                        "role of a request",
                        "unknown",
                        "one of " + String.join(", ", Role.words())));
    if (request.getName().isBlank()) {
      throw Checks.refused("name of a request", "blank", "the name that the token is for");
    }
    return new EnrolmentRequest(
        request.getToken(),
        role,
        new DeviceId(request.getName()),
        request.getConnection().toByteArray(),
        request.getSigning().toByteArray(),
        request.getConnectionProof().toByteArray(),
        request.getSigningProof().toByteArray());
  }

  /** An answer as it is sent. */
  public static Certified encode(EnrolmentAnswer answer) {
    Certified.Builder out = Certified.newBuilder();
    try {
      for (X509Certificate certificate : answer.chain()) {
        out.addChain(UnsafeByteOperations.unsafeWrap(certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw KulaException.resource("a certificate has no DER form", e);
    }
    return out.build();
  }

  /**
   * What an authority answered; whether it is to be believed is not looked at.
   *
   * @throws KulaException (REMOTE) if it is no two certificates
   */
  public static EnrolmentAnswer decode(Certified answer) {
    if (answer.getChainCount() != CHAIN) {
      throw Checks.refused("certificates in an answer", answer.getChainCount(), CHAIN + " in all");
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (ByteString one : answer.getChainList()) {
        chain.add((X509Certificate) factory.generateCertificate(one.newInput()));
      }
    } catch (GeneralSecurityException e) {
      throw Checks.refused("a certificate in an answer", "unreadable", "X.509 in DER");
    }
    return new EnrolmentAnswer(chain);
  }
}
