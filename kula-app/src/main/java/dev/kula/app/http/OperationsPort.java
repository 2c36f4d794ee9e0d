package dev.kula.app.http;

import dev.kula.KulaException;
import dev.kula.app.http.HttpPort.Answer;
import dev.kula.app.http.HttpPort.Request;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where an operator's tools ask a process how it does: {@code /health/live} is answered as long as
 * the process is there, {@code /health/ready} with 200 if it can do its part and 503 with a reason
 * if not, {@code /metrics} with figures for Prometheus. There is nothing to be changed.
 */
public final class OperationsPort implements AutoCloseable {
  private static final String PATHS = "/health/live, /health/ready or /metrics";

  private final HttpPort port;
  private final Readings readings;

  private OperationsPort(HttpPort port, Readings readings) {
    this.port = port;
    this.readings = readings;
  }

  /**
   * Listens.
   *
   * @param address port 0 for any that is free
   * @param trouble why the process cannot do its part now; empty if it can. Asked by any thread
   * @param readings what it counts; closed with the port
   * @throws KulaException the user's mistake, if the address cannot be had
   */
  public static OperationsPort open(
      InetSocketAddress address, Supplier<Optional<String>> trouble, Readings readings) {
    return new OperationsPort(
        HttpPort.open("--operations", address, request -> answer(request, trouble, readings)),
        readings);
  }

  private static Answer answer(
      Request request, Supplier<Optional<String>> trouble, Readings readings) {
    if (!request.method().equals("GET")) {
      return Answer.notAllowed(request.method(), "GET", "HEAD");
    }
    return switch (request.path()) {
      case "/health/live" -> health(Optional.empty());
      case "/health/ready" -> health(trouble.get());
      case "/metrics" ->
          new Answer(200, "text/plain; version=0.0.4; charset=utf-8", readings.text(), Map.of());
      default -> Answer.plain(404, "there is no such path, must be " + PATHS);
    };
  }

  private static Answer health(Optional<String> trouble) {
    Map<String, String> health = new LinkedHashMap<>();
    health.put("status", trouble.isEmpty() ? "up" : "down");
    trouble.ifPresent(why -> health.put("reason", why));
    return Answer.json(trouble.isEmpty() ? 200 : 503, health);
  }

  /** On which it listens. */
  public int port() {
    return port.port();
  }

  @Override
  public void close() {
    port.close();
    readings.close();
  }
}
