package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.internal.OkHostnameVerifier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/**
 * A device's connection to its server: TLS 1.3 with certificates on both sides, to an orchestrator
 * whose certificate names the host that is connected to.
 */
public final class ServerLine {
  private static final Expected SERVER = Expected.role(Role.ORCHESTRATOR);

  static final String[] CIPHERS = {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
  };

  private static final int MESSAGE_BYTES = 1 << 20;
  private static final int HEADER_BYTES = 1 << 13;
  private static final int ALIVE_SECONDS = 60;
  private static final int ANSWER_SECONDS = 20;

  private ServerLine() {}

  /**
   * A channel, which connects when it is used, and again whenever it has to.
   *
   * @param host as the server's certificate names it
   * @param tls of a device or a monitor
   * @param role which of the two
   * @throws KulaException the user's mistake, if its own certificate is not one that this fleet's
   *     servers would believe
   */
  public static ManagedChannel open(String host, int port, Tls tls, Role role) {
    return builder(host, port, tls, role).build();
  }

  /**
   * A channel as {@link #open(String, int, Tls, Role)} makes it, for a process with many devices. A
   * connection keeps one thread for as long as it holds; these may be virtual.
   *
   * @param threads on which connections are read and written, and events delivered; not closed
   * @throws KulaException as there
   */
  public static ManagedChannel open(String host, int port, Tls tls, Role role, Executor threads) {
    return builder(host, port, tls, role).executor(threads).transportExecutor(threads).build();
  }

  private static OkHttpChannelBuilder builder(String host, int port, Tls tls, Role role) {
    tls.requireOwn(Side.CLIENT, Expected.role(role));
    return OkHttpChannelBuilder.forAddress(host, port)
        .sslSocketFactory(tls.context(SERVER).getSocketFactory())
        .tlsConnectionSpec(new String[] {Tls.VERSION}, CIPHERS)
        .hostnameVerifier((name, session) -> believes(tls, name, session))
        .maxInboundMessageSize(MESSAGE_BYTES)
        .maxInboundMetadataSize(HEADER_BYTES)
        .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  /** Asked of every connection, also of one whose session was resumed. */
  private static boolean believes(Tls tls, String host, SSLSession session) {
    String server = tls.peer(session, Side.SERVER, SERVER).name().name();
    if (!OkHostnameVerifier.INSTANCE.verify(host, session)) {
      throw KulaException.remote(
          "host of the server is '%s', must be one that the certificate of '%s' names; connect to"
                  .formatted(host, server)
              + " one of those, or have a certificate issued with --host");
    }
    return true;
  }
}
