package dev.kula.wire;

import dev.kula.KulaException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where a device takes parcels of others, as {@code gate-3.example.org:7444} or {@code [::1]:7444}.
 *
 * @param host name or IP address, an IPv6 address without brackets
 * @param port from 1 to 65535
 */
public record PeerAddress(String host, int port) {
  private static final int LONGEST = 300;
  private static final int LAST_PORT = 65_535;

  public PeerAddress {
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException("port is %d, must be 1 to 65535".formatted(port));
    }
  }

  /**
   * The address that a device shows when it attends.
   *
   * @param text empty for none
   * @throws KulaException (REMOTE) if it is no address
   */
  public static Optional<PeerAddress> read(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.length() <= LONGEST) {
      try {
        URI uri = new URI("kula", text, null, null, null);
        String host = uri.getHost();
        int port = uri.getPort();
        if (host != null && uri.getUserInfo() == null && port >= 1 && port <= LAST_PORT) {
          boolean bracketed = host.startsWith("[");
          return Optional.of(
              new PeerAddress(bracketed ? host.substring(1, host.length() - 1) : host, port));
        }
      } catch (URISyntaxException e) {
        // said below
      }
    }
    throw Checks.refused(
        "address of a device",
        text.length() <= LONGEST ? "'" + text + "'" : text.length() + " characters",
        "HOST:PORT, of at most %d characters".formatted(LONGEST));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? "%s:%d" : "[%s]:%d").formatted(host, port);
  }
}
