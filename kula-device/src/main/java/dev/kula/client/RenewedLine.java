package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.peer.Role;
import dev.kula.wire.identity.Tls;
import io.grpc.ManagedChannel;
import java.util.function.Supplier;

/**
 * A device's way to its server, on which it shows another certificate once there is one. A
 * connection shows the one that it began with for as long as it holds, and one that resumes its
 * session does, too: so there has to be a new channel.
 *
 * <p>For one thread at a time.
 */
public final class RenewedLine implements AutoCloseable {
  private final Tls tls;
  private final Supplier<ManagedChannel> opener;
  private ManagedChannel channel;

  private RenewedLine(Tls tls, Supplier<ManagedChannel> opener) {
    this.tls = tls;
    this.opener = opener;
    this.channel = opener.get();
  }

  /**
   * A line, which connects when it is used.
   *
   * @param host as the server's certificate names it
   * @param tls of a device or a monitor
   * @param role which of the two
   * @throws KulaException as {@link ServerLine#open}
   */
  public static RenewedLine open(String host, int port, Tls tls, Role role) {
    return new RenewedLine(tls, () -> ServerLine.open(host, port, tls, role));
  }

  /** Over which to call now. */
  ManagedChannel channel() {
    return channel;
  }

  /**
   * Connects with the certificate that is in its file now, be it the same.
   *
   * @throws KulaException the user's mistake, if no server would believe it; then the channel is
   *     the one before
   */
  void renew() {
    tls.reread();
    ManagedChannel old = channel;
    channel = opener.get();
    old.shutdownNow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
