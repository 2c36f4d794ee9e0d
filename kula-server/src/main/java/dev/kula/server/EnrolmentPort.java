package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.peer.Issuer;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Where processes of a fleet get their certificates: TLS 1.3, in which the authority shows who it
 * is, and who asks need not.
 *
 * <p>A message has at most 4 KiB. All callers together may ask {@value EnrolmentService#BURST}
 * times at once, and {@value EnrolmentService#A_SECOND} times a second in the long run. A
 * connection without calls is closed after 10 seconds, any after a minute.
 */
public final class EnrolmentPort implements AutoCloseable {
  private static final int MESSAGE_BYTES = 1 << 12;
  private static final int CALLS = 2;
  private static final int IDLE_SECONDS = 10;
  private static final int AGE_SECONDS = 60;
  private static final int GRACE_SECONDS = 10;

  private final SecurePort port;

  private EnrolmentPort(SecurePort port) {
    this.port = port;
  }

  /**
   * Listens.
   *
   * @param address port 0 for any that is free
   * @param tls of the authority
   * @param refusals is told in a line who was refused and why; from any thread
   * @throws KulaException the user's mistake, if the address is taken, or the certificate is not
   *     the authority's own
   */
  public static EnrolmentPort open(
      InetSocketAddress address, Tls tls, Issuer issuer, Consumer<String> refusals) {
    tls.requireOwn(Side.SERVER, Expected.role(Role.AUTHORITY));
    // Strangers call themselves what they like; a line stays a line.
    Consumer<String> lines =
        line -> refusals.accept(line.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?"));
    EnrolmentService service = new EnrolmentService(issuer, lines, System::nanoTime);
    return new EnrolmentPort(
        SecurePort.open(
            address,
            tls,
            ClientAuth.OPTIONAL,
            lines,
            builder ->
                builder
                    .intercept(service.interceptor())
                    .addService(service)
                    .maxInboundMessageSize(MESSAGE_BYTES)
                    .maxConcurrentCallsPerConnection(CALLS)
                    .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
                    .maxConnectionAge(AGE_SECONDS, TimeUnit.SECONDS)
                    .maxConnectionAgeGrace(GRACE_SECONDS, TimeUnit.SECONDS)));
  }

  /** On which it listens. */
  public int port() {
    return port.port();
  }

  /** Waits until it is closed. */
  public void awaitEnd() throws InterruptedException {
    port.awaitEnd();
  }

  @Override
  public void close() {
    port.close();
  }
}
