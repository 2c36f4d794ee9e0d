package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.EnrolmentCodec;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.Certified;
import dev.kula.wire.v1.EnrolmentGrpc;
import dev.kula.wire.v1.EnrolmentGrpc.EnrolmentBlockingStub;
import dev.kula.wire.v1.RenewRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;

/**
 * Asks the authority of a fleet for certificates. It is known by the role in its own certificate,
 * which it alone can issue, and not by its host: who listens at the address and is not the
 * authority gets nothing, not even the token.
 */
public final class AuthorityLine {
  /** The port, unless another is named. */
  public static final int PORT = 7444;

  private static final Expected AUTHORITY = Expected.role(Role.AUTHORITY);
  private static final int MESSAGE_BYTES = 1 << 16;
  private static final int HEADER_BYTES = 1 << 13;
  private static final int DEADLINE_SECONDS = 30;

  private AuthorityLine() {}

  /**
   * Gets the first certificate. If the answer is lost, ask again with the same token and keys.
   *
   * @param token its secret
   * @param keys for the role; the private ones stay here
   * @param authority by which to know the authority
   * @throws KulaException the other party's mistake, if there is no such authority, or it refuses
   */
  public static Credentials enrol(
      String host,
      int port,
      String token,
      Role role,
      DeviceId name,
      PeerKeys keys,
      Fingerprint authority,
      InstantSource clock) {
    EnrolmentRequest request =
        EnrolmentRequest.of(token, role, name, keys.connection(), keys.signing(), authority);
    EnrolmentAnswer answer =
        ask(
            host,
            port,
            Tls.firstContext(authority, AUTHORITY, clock),
            session -> {
              var chain = Tls.chain(session);
              AUTHORITY.check(Trust.pinned(chain, authority, clock).peer(chain, Side.SERVER));
            },
            stub -> stub.enrol(EnrolmentCodec.encode(request)));
    return Credentials.of(
        answer,
        new Peer(role, name, keys.signing().map(KeyPair::getPublic)),
        keys,
        Trust.pinned(answer.chain(), authority, clock));
  }

  /**
   * Gets another certificate for the same name, role, hosts and keys.
   *
   * @param own of whose certificate more than half of the time is over
   * @throws KulaException the other party's mistake, if there is no such authority, or it refuses
   */
  public static Credentials renew(String host, int port, Tls own) {
    return own.renewed(
        ask(
            host,
            port,
            own.context(AUTHORITY),
            session -> own.peer(session, Side.SERVER, AUTHORITY),
            stub -> stub.renew(RenewRequest.getDefaultInstance())));
  }

  private static EnrolmentAnswer ask(
      String host,
      int port,
      SSLContext context,
      Consumer<SSLSession> believe,
      Function<EnrolmentBlockingStub, Certified> call) {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress(host, port)
            .sslSocketFactory(context.getSocketFactory())
            .tlsConnectionSpec(new String[] {Tls.VERSION}, ServerLine.CIPHERS)
            .hostnameVerifier(
                (name, session) -> {
                  believe.accept(session);
                  return true;
                })
            .maxInboundMessageSize(MESSAGE_BYTES)
            .maxInboundMetadataSize(HEADER_BYTES)
            .build();
    try {
      return EnrolmentCodec.decode(
          call.apply(
              EnrolmentGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)));
    } catch (StatusRuntimeException e) {
      throw failed(host, port, e);
    } finally {
      channel.shutdownNow();
    }
  }

  private static KulaException failed(String host, int port, StatusRuntimeException e) {
    Status status = e.getStatus();
    return switch (status.getCode()) {
      case PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION ->
          KulaException.remote("the authority refuses: " + status.getDescription());
      default ->
          KulaException.remote(
              "authority is looked for at %s:%d, where it is not or cannot be reached (%s); correct"
                      .formatted(host, port, reason(e))
                  + " the address, or run the same command again later");
    };
  }

  /** Why a connection was not made, as whoever looked at the other end says it. */
  private static String reason(StatusRuntimeException e) {
    Throwable last = e;
    for (Throwable at = e.getCause(); at != null; at = at.getCause()) {
      if (at instanceof CertificateException || at instanceof KulaException) {
        return String.valueOf(at.getMessage());
      }
      last = at;
    }
    return String.valueOf(last.getMessage());
  }
}
