package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.client.DirectTalk;
import dev.kula.wire.PeerAddress;
import dev.kula.wire.identity.Tls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a device lets others hand things to it.
 *
 * @param listen where it listens
 * @param shown where others reach it, if that is another
 */
record PeerPlan(Address listen, Optional<PeerAddress> shown) {
  private static final String PARCELS = "parcels";

  /**
   * As the options say it.
   *
   * @param listen {@code --peer-listen}; null for nowhere
   * @param address {@code --peer-address}; null for where it listens
   * @throws KulaException the user's mistake, if that is no address that others could use
   */
  static Optional<PeerPlan> read(@Nullable String listen, @Nullable String address) {
    if (listen == null) {
      OrchestrateCommand.refuse(address != null, "--peer-address", "there is no --peer-listen");
      return Optional.empty();
    }
    Address at = Address.read("--peer-listen", listen);
    if (address != null) {
      Address shown = Address.read("--peer-address", address);
      if (shown.port() == 0) {
        throw KulaException.user(
            "--peer-address is '%s', must have a port that others can connect to; name it"
                .formatted(address));
      }
      return Optional.of(
          new PeerPlan(at, Optional.of(new PeerAddress(shown.host(), shown.port()))));
    }
    InetSocketAddress socket = at.socket();
    if (socket.getAddress() != null && socket.getAddress().isAnyLocalAddress()) {
      throw KulaException.user(
          "--peer-address is left out, must be given where --peer-listen is '%s': others need a host"
                  .formatted(listen)
              + " to connect to; add it");
    }
    return Optional.of(new PeerPlan(at, Optional.empty()));
  }

  /**
   * Listens.
   *
   * @param directory of the device
   * @param troubles is told what went wrong, in lines
   */
  DirectTalk open(Tls tls, Path directory, Consumer<String> troubles) {
    return DirectTalk.open(
        listen.socket(),
        shown,
        tls,
        directory.resolve(PARCELS),
        DirectTalk.Terms.defaults(),
        troubles);
  }
}
