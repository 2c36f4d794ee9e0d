package dev.kula.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One address for several gateways, of which it takes one that listens, in turn. */
final class Balancer implements AutoCloseable {
  private final ServerSocket server;
  private final List<Integer> ports;
  private final AtomicInteger turn = new AtomicInteger();

  Balancer(List<Integer> ports) throws IOException {
    this.ports = List.copyOf(ports);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket device = server.accept();
        Thread.ofVirtual().start(() -> connect(device));
      } catch (IOException e) {
        // closed
      }
    }
  }

  private void connect(Socket device) {
    for (int i = 0; i < ports.size(); i++) {
      int port = ports.get(Math.floorMod(turn.getAndIncrement(), ports.size()));
      try {
        Socket gateway = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread.ofVirtual().start(() -> copy(device, gateway));
        copy(gateway, device);
        return;
      } catch (IOException e) {
        // the next one
      }
    }
    close(device);
  }

  private static void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // one of them has ended, and so does the other
    } finally {
      close(from);
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
