package dev.kula.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** Passes bytes on to a port of this machine, and is as bad a network as it is told to be. */
final class RoughProxy implements AutoCloseable {
  private static final int BUFFER = 4096;

  private final ServerSocket door;
  private final LongFunction<Passage> fates;
  private final Consumer<Passage> onEnd;
  private volatile int target;
  private final AtomicInteger broken = new AtomicInteger();

  /**
   * A proxy without a target: until it has one, connections are closed.
   *
   * @param fates of connections, by their number from 0
   * @param onEnd is told of each connection that something befell, in the thread that did it
   */
  RoughProxy(LongFunction<Passage> fates, Consumer<Passage> onEnd) throws IOException {
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.fates = fates;
    this.onEnd = onEnd;
    Thread.ofVirtual().start(this::accept);
  }

  /** One that cuts connections alone, after as many bytes as chance says. */
  static RoughProxy cutting(int target, long seed, int least, int most) throws IOException {
    Random random = new Random(seed);
    RoughProxy proxy = new RoughProxy(number -> Passage.cut(random, least, most), passage -> {});
    proxy.target(target);
    return proxy;
  }

  /** Where connections go from now on. */
  void target(int port) {
    target = port;
  }

  int port() {
    return door.getLocalPort();
  }

  /** Connections that something befell so far. */
  int broken() {
    return broken.get();
  }

  private void accept() {
    long number = 0;
    while (!door.isClosed()) {
      try {
        Socket device = door.accept();
        Socket server = new Socket();
        try {
          server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
        } catch (IOException | IllegalArgumentException nobody) {
          server.close();
          device.close();
          continue;
        }
        Line line = new Line(device, server, fates.apply(number++));
        Thread.ofVirtual().start(() -> line.pass(true));
        Thread.ofVirtual().start(() -> line.pass(false));
      } catch (IOException closed) {
        // the door is closed
      }
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One connection, with a thread for each way. */
  private final class Line {
    private final Socket device;
    private final Socket server;
    private final Passage passage;
    private Fault.OfConnection next;
    private int left;
    private long silentUntil = System.nanoTime();
    private boolean lostToServer;
    private boolean lostToDevice;

    Line(Socket device, Socket server, Passage passage) {
      this.device = device;
      this.server = server;
      this.passage = passage;
      this.next = passage.end();
      this.left = passage.bytes();
    }

    void pass(boolean toServer) {
      byte[] buffer = new byte[BUFFER];
      try {
        InputStream in = (toServer ? device : server).getInputStream();
        OutputStream out = (toServer ? server : device).getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          count(n);
          pause(toServer ? passage.toServer() : passage.toDevice());
          pause(silence());
          if (!isLost(toServer)) {
            out.write(buffer, 0, n);
          }
        }
        close(toServer);
      } catch (IOException ended) {
        close(toServer);
      }
    }

    private synchronized Duration silence() {
      return Duration.ofNanos(Math.max(0, silentUntil - System.nanoTime()));
    }

    private synchronized boolean isLost(boolean toServer) {
      return toServer ? lostToServer : lostToDevice;
    }

    /** At the end of one way both end, unless the other is not to know yet. */
    private void close(boolean toServer) {
      if (!isLost(toServer)) {
        close();
      }
    }

    private void close() {
      try (device;
          server) {
        // both
      } catch (IOException closed) {
        // already
      }
    }

    private synchronized void count(int bytes) throws IOException {
      boolean over = left < 0;
      left -= bytes;
      if (over || left >= 0) {
        return;
      }
      if (next.equals(passage.end())) {
        broken.incrementAndGet();
        onEnd.accept(passage);
      }
      switch (next) {
        case Fault.Cut cut -> close();
        case Fault.Partition silent -> {
          silentUntil = System.nanoTime() + silent.lasts().toNanos();
          left = passage.bytes();
          next = new Fault.Cut();
        }
        case Fault.Loss loss -> {
          lostToServer = loss.toServer();
          lostToDevice = !loss.toServer();
          closeAfter(loss.lasts());
        }
        case Fault.HalfOpen half -> {
          lostToServer = true;
          lostToDevice = true;
          device.close();
          closeAfter(half.lasts());
        }
      }
    }

    private void closeAfter(Duration time) {
      Thread.ofVirtual()
          .start(
              () -> {
                pause(time);
                close();
              });
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
