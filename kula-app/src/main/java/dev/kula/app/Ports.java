package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** What {@code kula doctor} looks at on the network. */
final class Ports {
  private static final int TIMEOUT_MILLIS = 5_000;

  /** What gRPC says it speaks. */
  private static final String HTTP_2 = "h2";

  private Ports() {}

  /** Whether a server could listen at {@code address}. */
  static Finding free(Address address) {
    InetSocketAddress socket = address.socket();
    if (socket.isUnresolved()) {
      return unresolved("listen", address);
    }
    try (ServerSocket port = new ServerSocket()) {
      port.setReuseAddress(true); // as servers do
      port.bind(socket);
      return Finding.ok("listen", address + " is free");
    } catch (IOException e) {
      return Finding.fail(
          "listen",
          "%s cannot be had (%s)".formatted(address, e.getMessage()),
          "end what listens there (ss -ltnp shows it), or choose another with --listen");
    }
  }

  /** Whether the server at {@code address} answers, and who it is. */
  static List<Finding> reach(Address address, IdentityOptions identity, InstantSource clock) {
    if (address.socket().isUnresolved()) {
      return List.of(unresolved("server", address));
    }
    List<Finding> findings = new ArrayList<>();
    try (Socket socket = new Socket()) {
      socket.connect(address.socket(), TIMEOUT_MILLIS);
      findings.add(Finding.ok("server", address + " takes connections"));
      if (identity.identity().isPresent()) {
        findings.add(greet(address, socket, identity.ofDevice(clock)));
      }
    } catch (IOException e) {
      findings.add(
          Finding.fail(
              "server",
              "%s cannot be reached (%s)".formatted(address, e.getMessage()),
              "start it, open its firewall, or correct --server"));
    } catch (KulaException e) {
      findings.add(Machine.failed("handshake", e));
    }
    return findings;
  }

  private static Finding greet(Address address, Socket socket, Tls tls) {
    Expected server = Expected.role(Role.ORCHESTRATOR, Role.AUTHORITY);
    try {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      SSLSocket sealed =
          (SSLSocket)
              tls.context(server)
                  .getSocketFactory()
                  .createSocket(socket, address.host(), address.port(), true);
      SSLParameters parameters = Tls.parameters(Trust.Side.CLIENT);
      parameters.setApplicationProtocols(new String[] {HTTP_2});
      sealed.setSSLParameters(parameters);
      sealed.startHandshake();
      // In TLS 1.3 a client is refused after its handshake: gRPC's first frame says that it is not.
      int first = sealed.getInputStream().read();
      if (first < 0) {
        return refused("the server closed the connection");
      }
      Peer peer = tls.peer(sealed.getSession(), Trust.Side.SERVER, server);
      return Finding.ok(
          "handshake", "with the %s '%s', by TLS 1.3".formatted(peer.role().word(), peer.name()));
    } catch (IOException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return cause instanceof KulaException known
          ? Machine.failed("handshake", known)
          : refused(String.valueOf(cause.getMessage()));
    }
  }

  private static Finding refused(String why) {
    return Finding.fail(
        "handshake",
        why,
        "have certificates of one authority on both sides, and the server's for this host name");
  }

  private static Finding unresolved(String subject, Address address) {
    return Finding.fail(
        subject, "'%s' is no host that is known".formatted(address.host()), "correct the name");
  }
}
