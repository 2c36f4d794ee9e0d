package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.wire.identity.Tls;
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
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/** A gRPC server over TLS 1.3 on virtual threads, until it is closed. */
final class SecurePort implements AutoCloseable {
  private static final int HEADER_BYTES = 1 << 13;
  private static final int HANDSHAKE_SECONDS = 15;
  private static final int END_SECONDS = 5;

  private final Server server;
  private final ExecutorService threads;

  private SecurePort(Server server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Listens.
   *
   * @param clients whether they have to show a certificate
   * @param refusals is told in a line who did not get through the handshake; from any thread
   * @param services sets what is served, and its limits
   * @throws KulaException the user's mistake, if the address is taken
   */
  static SecurePort open(
      InetSocketAddress address,
      Tls tls,
      ClientAuth clients,
      Consumer<String> refusals,
      UnaryOperator<NettyServerBuilder> services) {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Server server =
          services
              .apply(
                  NettyServerBuilder.forAddress(address)
                      .sslContext(context(tls, clients, refusals))
                      .executor(threads)
                      .maxInboundMetadataSize(HEADER_BYTES)
                      .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS))
              .build()
              .start();
      return new SecurePort(server, threads);
    } catch (IOException e) {
      threads.close();
      throw KulaException.user(
          "address to listen on is '%s' (%s), must be this machine's and free; choose another"
              .formatted(address, e.getMessage()),
          e);
    }
  }

  private static SslContext context(Tls tls, ClientAuth clients, Consumer<String> refusals) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManagers()))
          .trustManager(tls.issuedTrustManager(refusals))
          .clientAuth(clients)
          .protocols(Tls.VERSION)
          .build();
    } catch (SSLException e) {
      throw KulaException.resource("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** On which it listens. */
  int port() {
    return server.getPort();
  }

  /** Waits until it is closed. */
  void awaitEnd() throws InterruptedException {
    server.awaitTermination();
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
      return; // its last events still need the threads
    }
    threads.shutdown();
  }
}
