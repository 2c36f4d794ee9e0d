package dev.kula.app;

import dev.kula.app.http.OperationsPort;
import dev.kula.app.http.Readings;
import java.util.Optional;
import java.util.function.Supplier;

/** Opens the port of an operator's tools, if there is to be one. */
final class Operations {
  private Operations() {}

  /**
   * Listens, and says where.
   *
   * @param address empty for nowhere
   * @param trouble why the process cannot do its part now; empty if it can
   * @param readings made if they are asked for, and closed with the port
   */
  static Optional<OperationsPort> open(
      Optional<Address> address,
      Supplier<Optional<String>> trouble,
      Supplier<Readings> readings,
      Terminal terminal) {
    return address.map(
        at -> {
          OperationsPort port = OperationsPort.open(at.socket(), trouble, readings.get());
          terminal.err().printf("kula: operations on %s%n", new Address(at.host(), port.port()));
          return port;
        });
  }
}
