package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.OneLine;
import dev.kula.data.DeviceId;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.Receipt;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Where a device takes parcels of others: TLS 1.3 with certificates on both sides. Who calls stands
 * in its certificate; it is looked at again for each parcel. A device has one connection at a time,
 * for a minute at the most, and what it hands goes to the disk as it comes.
 */
final class PeerPort implements AutoCloseable {
  private static final int MESSAGE_BYTES = 1 << 20;
  private static final int REASON = 1000;
  private static final int CONNECTIONS = 64;
  private static final int BACKLOG = 50;
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Expected DEVICE = Expected.role(Role.DEVICE);

  private final SSLServerSocket server;
  private final Tls tls;
  private final Receiver receiver;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore connections = new Semaphore(CONNECTIONS);
  private final Set<DeviceId> calling = ConcurrentHashMap.newKeySet();

  /** Where parcels go. Any thread may ask. */
  interface Receiver {
    /** Whether a device may hand any. */
    boolean expects(DeviceId caller);

    /**
     * A parcel of so many bytes is about to come.
     *
     * @throws KulaException the caller's mistake, if it is too large; RESOURCE if it cannot be kept
     */
    Parcels.Arriving receive(DeviceId caller, long bytes);

    /** A parcel is there. */
    void received(long bytes);

    /** Somebody is refused; why, in a line. */
    void refused(String line);
  }

  private PeerPort(SSLServerSocket server, Tls tls, Receiver receiver) {
    this.server = server;
    this.tls = tls;
    this.receiver = receiver;
  }

  /**
   * Listens.
   *
   * @param address port 0 for any that is free
   * @param tls of a device
   * @throws KulaException the user's mistake, if the address is taken, or the device's own
   *     certificate is not one that others would believe
   */
  static PeerPort open(InetSocketAddress address, Tls tls, Receiver receiver) {
    tls.requireOwn(Side.SERVER, DEVICE);
    PeerPort port = new PeerPort(listening(address, tls, receiver), tls, receiver);
    port.threads.execute(port::accept);
    return port;
  }

  private static SSLServerSocket listening(InetSocketAddress address, Tls tls, Receiver receiver) {
    SSLServerSocket server = null;
    try {
      server =
          (SSLServerSocket)
              tls.issuedContext(receiver::refused).getServerSocketFactory().createServerSocket();
      server.setSSLParameters(Tls.parameters(Side.SERVER));
      server.bind(address, BACKLOG);
      return server;
    } catch (IOException e) {
      close(server);
      throw KulaException.user(
          "address for other devices is '%s' (%s), must be this machine's and free; choose another"
              .formatted(address, e.getMessage()),
          e);
    }
  }

  private static void close(@Nullable SSLServerSocket server) {
    try {
      if (server != null) {
        server.close();
      }
    } catch (IOException e) {
      // Nobody is let in any more either way.
    }
  }

  /** On which it listens. */
  int port() {
    return server.getLocalPort();
  }

  /** Cuts off what is coming: its sender has no receipt, and says it another way. */
  @Override
  public void close() {
    threads.shutdownNow();
    close(server);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) server.accept();
        if (!connections.tryAcquire()) {
          socket.close();
          receiver.refused("more than %d connections at once".formatted(CONNECTIONS));
        } else {
          threads.execute(() -> serve(socket));
        }
      } catch (IOException | RuntimeException e) {
        if (!server.isClosed() && !threads.isShutdown()) {
          receiver.refused("a connection: " + e.getMessage());
          pause();
        }
      }
    }
  }

  /** As when there are too many open files, which may change. */
  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(100));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SSLSocket socket) {
    Thread serving = Thread.currentThread();
    Thread end = Thread.ofVirtual().start(() -> cut(serving));
    try (socket) {
      socket.setTcpNoDelay(true);
      socket.startHandshake();
      OutputStream out = socket.getOutputStream();
      try {
        serve(socket, new BufferedInputStream(socket.getInputStream()), out);
      } catch (KulaException refused) {
        String why = OneLine.of(String.valueOf(refused.getMessage()));
        receiver.refused("%s: %s".formatted(socket.getRemoteSocketAddress(), why));
        Receipt.newBuilder()
            .setRefused(why.substring(0, Math.min(why.length(), REASON)))
            .build()
            .writeDelimitedTo(out);
      }
    } catch (IOException broken) {
      // It has no receipt; the handshake has told whom it did not let through.
    } finally {
      end.interrupt();
      connections.release();
    }
  }

  private void serve(SSLSocket socket, InputStream in, OutputStream out) throws IOException {
    Optional<Frame> announced = Delimited.read(in, Frame.parser(), MESSAGE_BYTES);
    if (announced.isEmpty()) {
      return;
    }
    DeviceId caller = tls.peer(socket.getSession(), Side.CLIENT, DEVICE).name();
    if (!receiver.expects(caller)) {
      throw KulaException.remote(
          "'%s' is a device that this one has not been introduced to".formatted(caller));
    }
    if (!calling.add(caller)) {
      throw KulaException.remote("'%s' has a connection already".formatted(caller));
    }
    try {
      while (announced.isPresent()) {
        tls.recheck(socket.getSession());
        take(caller, announced.get(), in, out);
        announced = Delimited.read(in, Frame.parser(), MESSAGE_BYTES);
      }
    } finally {
      calling.remove(caller);
    }
  }

  private void take(DeviceId caller, Frame announced, InputStream in, OutputStream out)
      throws IOException {
    try (Parcels.Arriving parcel = receiver.receive(caller, announced.getSize())) {
      Receipt.getDefaultInstance().writeDelimitedTo(out);
      boolean whole = false;
      while (!whole) {
        whole =
            parcel.take(
                Delimited.read(in, Frame.parser(), MESSAGE_BYTES)
                    .orElseThrow(() -> new EOFException("a parcel broke off")));
      }
      receiver.received(announced.getSize());
      Receipt.getDefaultInstance().writeDelimitedTo(out);
    }
  }

  /** A virtual thread that is interrupted closes the socket that it waits for. */
  private static void cut(Thread serving) {
    try {
      Thread.sleep(LONGEST);
      serving.interrupt();
    } catch (InterruptedException over) {
      // It has ended by itself.
    }
  }
}
