package dev.kula.client;

import dev.kula.data.DeviceId;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.Outgoing;
import dev.kula.wire.PeerAddress;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.Receipt;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;

/**
 * A connection to another device, TLS 1.3 with certificates on both sides, over which some parcels
 * are handed. Whoever is at that address has to be that device; where it is, its certificate does
 * not say.
 *
 * <p>{@link #call} is for one thread; others may look at what has been taken, or {@link #close}.
 */
final class PeerCall implements Callable<Void>, AutoCloseable {
  /** A receipt that says why not is a line. */
  static final int RECEIPT_BYTES = 1 << 12;

  private final PeerAddress address;
  private final Tls tls;
  private final Expected expected;
  private final List<Outgoing> parcels;
  private final Socket line = new Socket();
  private final AtomicInteger taken = new AtomicInteger();

  /** The other is there, and does not take it now. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super("it refused: " + why);
    }
  }

  PeerCall(DeviceId device, PeerAddress address, Tls tls, List<Outgoing> parcels) {
    this.address = address;
    this.tls = tls;
    this.expected = Expected.peer(Role.DEVICE, device);
    this.parcels = List.copyOf(parcels);
  }

  /** How many, from the first on, the other has for certain, on its disk. */
  int taken() {
    return taken.get();
  }

  /**
   * Hands them one after another.
   *
   * @throws IOException why the rest could not be handed
   * @throws dev.kula.KulaException the other party's mistake, if it is not who is expected
   */
  @Override
  public Void call() throws IOException {
    try (line) {
      line.connect(new InetSocketAddress(address.host(), address.port()));
      line.setTcpNoDelay(true);
      try (SSLSocket socket =
          (SSLSocket)
              tls.context(expected)
                  .getSocketFactory()
                  .createSocket(line, address.host(), address.port(), true)) {
        socket.setEnabledProtocols(new String[] {Tls.VERSION});
        socket.startHandshake();
        tls.peer(socket.getSession(), Side.SERVER, expected);
        InputStream in = socket.getInputStream();
        OutputStream out = new BufferedOutputStream(socket.getOutputStream());
        for (Outgoing parcel : parcels) {
          Frame.newBuilder()
              .setJob(parcel.job())
              .setSize(parcel.size())
              .build()
              .writeDelimitedTo(out);
          receipt(in, out);
          parcel.send(0, frame -> written(frame, out));
          receipt(in, out);
          taken.incrementAndGet();
        }
      }
      return null;
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
  }

  private static boolean written(Frame frame, OutputStream out) {
    try {
      frame.writeDelimitedTo(out);
      return true;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static void receipt(InputStream in, OutputStream out) throws IOException {
    out.flush();
    Receipt receipt =
        Delimited.read(in, Receipt.parser(), RECEIPT_BYTES)
            .orElseThrow(() -> new EOFException("it ended without a receipt"));
    if (!receipt.getRefused().isEmpty()) {
      throw new Refused(receipt.getRefused());
    }
  }

  /** Breaks off. */
  @Override
  public void close() {
    try {
      line.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }
}
