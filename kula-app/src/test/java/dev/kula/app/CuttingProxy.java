package dev.kula.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes bytes on, and cuts every connection in the middle, after as many as chance says. */
final class CuttingProxy implements AutoCloseable {
  private static final int BUFFER = 4096;

  private final ServerSocket door;
  private final Runnable onCut;
  private volatile int target;
  private final Random random;
  private final int least;
  private final int most;
  private final AtomicInteger cuts = new AtomicInteger();

  /**
   * A proxy to a port of this machine.
   *
   * @param least bytes that a connection lives for, both ways together
   * @param most likewise
   */
  CuttingProxy(int target, long seed, int least, int most) throws IOException {
    this(target, seed, least, most, () -> {});
  }

  /**
   * Likewise.
   *
   * @param onCut is told of each cut, in the thread that made it
   */
  CuttingProxy(int target, long seed, int least, int most, Runnable onCut) throws IOException {
    this.onCut = onCut;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = target;
    this.random = new Random(seed);
    this.least = least;
    this.most = most;
    Thread.ofVirtual().start(this::accept);
  }

  /** Where connections go from now on. */
  void target(int port) {
    target = port;
  }

  int port() {
    return door.getLocalPort();
  }

  /** Connections cut so far. */
  int cuts() {
    return cuts.get();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket in = door.accept();
        Socket out = new Socket();
        try {
          out.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
        } catch (IOException nobody) {
          in.close();
          continue;
        }
        AtomicLong left = new AtomicLong(random.nextInt(least, most + 1));
        Thread.ofVirtual().start(() -> pass(in, out, left));
        Thread.ofVirtual().start(() -> pass(out, in, left));
      } catch (IOException closed) {
        // the door is closed
      }
    }
  }

  private void pass(Socket from, Socket to, AtomicLong left) {
    byte[] buffer = new byte[BUFFER];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (left.addAndGet(-n) < 0) {
          cuts.incrementAndGet();
          onCut.run();
          return;
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException cut) {
      // the other direction has been cut
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
