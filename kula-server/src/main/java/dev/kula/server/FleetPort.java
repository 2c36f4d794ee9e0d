package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import io.grpc.BindableService;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Where a fleet's devices connect to: TLS 1.3 with certificates on both sides, and nobody calls
 * whom {@link Admission} does not let in. Whoever has a certificate of the authority that does not
 * let them in is told why on the first call; strangers do not get through the handshake.
 *
 * <p>At most 1 MiB comes in a message. A connection without calls is closed after 5 minutes, one
 * that does not answer after 80 seconds.
 */
public final class FleetPort implements AutoCloseable {
  private static final int MESSAGE_BYTES = 1 << 20;
  private static final int IDLE_MINUTES = 5;
  private static final int ALIVE_SECONDS = 60;
  private static final int ANSWER_SECONDS = 20;

  /** Devices that ask more often than this whether the server is there are cut off. */
  private static final int OFTEN_SECONDS = 30;

  private final SecurePort port;

  private FleetPort(SecurePort port) {
    this.port = port;
  }

  /**
   * Listens.
   *
   * @param address port 0 for any that is free
   * @param tls of an orchestrator
   * @param service that is called; it finds who calls in {@link FleetService#CALLER}
   * @param refusals is told in a line who was refused and why; from any thread
   * @throws KulaException the user's mistake, if the address is taken, or the server's own
   *     certificate is not one that devices would believe
   */
  public static FleetPort open(
      InetSocketAddress address, Tls tls, BindableService service, Consumer<String> refusals) {
    tls.requireOwn(Side.SERVER, Expected.role(Role.ORCHESTRATOR));
    return new FleetPort(
        SecurePort.open(
            address,
            tls,
            ClientAuth.REQUIRE,
            refusals,
            builder ->
                builder
                    .intercept(new Admission(tls, refusals))
                    .addService(service)
                    .maxInboundMessageSize(MESSAGE_BYTES)
                    .maxConcurrentCallsPerConnection(Admission.CALLS)
                    .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
                    .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveTime(OFTEN_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)));
  }

  /** On which it listens. */
  public int port() {
    return port.port();
  }

  /** Ends all calls, at once if they do not end soon. */
  @Override
  public void close() {
    port.close();
  }
}
