package dev.kula.app;

import dev.kula.KulaException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * A host and a port, as {@code fleet.example.org:7443} or {@code [::1]:7443}.
 *
 * @param host name or IP address, an IPv6 address without brackets
 * @param port from 0 to 65535; 0 for any that is free
 */
record Address(String host, int port) {
  /** The port of a fleet's server, unless another is named. */
  static final int PORT = 7443;

  private static final int LAST_PORT = 65_535;

  /**
   * An address.
   *
   * @param option that it was given for
   * @throws KulaException the user's mistake, if it is none
   */
  static Address read(String option, String text) {
    return read(option, text, PORT);
  }

  /**
   * As {@link #read(String, String)}.
   *
   * @param usual the port where none is named
   */
  static Address read(String option, String text, int usual) {
    try {
      URI uri = new URI("kula", text, null, null, null);
      String host = uri.getHost();
      int port = uri.getPort() < 0 ? usual : uri.getPort();
      if (host != null && uri.getUserInfo() == null && port <= LAST_PORT) {
        boolean bracketed = host.startsWith("[");
        return new Address(bracketed ? host.substring(1, host.length() - 1) : host, port);
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw KulaException.user(
        "%s is '%s', must be HOST or HOST:PORT; try localhost:%d".formatted(option, text, usual));
  }

  InetSocketAddress socket() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? "%s:%d" : "[%s]:%d").formatted(host, port);
  }
}
