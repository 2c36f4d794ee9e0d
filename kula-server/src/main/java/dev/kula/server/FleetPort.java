package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

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
  private static final int HEADER_BYTES = 1 << 13;
  private static final int IDLE_MINUTES = 5;
  private static final int ALIVE_SECONDS = 60;
  private static final int ANSWER_SECONDS = 20;
  private static final int HANDSHAKE_SECONDS = 15;

  /** Devices that ask more often than this whether the server is there are cut off. */
  private static final int OFTEN_SECONDS = 30;

  private static final int END_SECONDS = 5;

  private final Server server;
  private final ExecutorService threads;

  private FleetPort(Server server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
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
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Server server =
          NettyServerBuilder.forAddress(address)
              .sslContext(context(tls, refusals))
              .executor(threads)
              .intercept(new Admission(tls, refusals))
              .addService(service)
              .maxInboundMessageSize(MESSAGE_BYTES)
              .maxInboundMetadataSize(HEADER_BYTES)
              .maxConcurrentCallsPerConnection(Admission.CALLS)
              .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
              .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
              .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
              .keepAliveTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
              .permitKeepAliveTime(OFTEN_SECONDS, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              .build()
              .start();
      return new FleetPort(server, threads);
    } catch (IOException e) {
      threads.close();
      throw KulaException.user(
          "address to listen on is '%s' (%s), must be this machine's and free; choose another"
              .formatted(address, e.getMessage()),
          e);
    }
  }

  private static SslContext context(Tls tls, Consumer<String> refusals) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManagers()))
          .trustManager(tls.issuedTrustManager(refusals))
          .clientAuth(ClientAuth.REQUIRE)
          .protocols(Tls.VERSION)
          .build();
    } catch (SSLException e) {
      throw KulaException.resource("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** On which it listens. */
  public int port() {
    return server.getPort();
  }

  /** Ends all calls, at once if they do not end soon. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow().awaitTermination(END_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    threads.shutdown();
  }
}
