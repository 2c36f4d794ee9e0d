package dev.kula.app.operations;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kula.KulaException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Where an operator's tools ask a process how it does, over HTTP without a password: {@code
 * /health/live} is answered as long as the process is there, {@code /health/ready} with 200 if it
 * can do its part and 503 with a reason if not, {@code /metrics} with figures for Prometheus. There
 * is nothing to be changed. At most 32 connections are open, and a request may take 10 seconds.
 */
public final class OperationsPort implements AutoCloseable {
  private static final String PATHS = "/health/live, /health/ready or /metrics";
  private static final JsonMapper JSON = new JsonMapper();

  static {
    // Read once, by the first server of a process. Who asks slowly, or often, is cut off.
    limit("sun.net.httpserver.maxReqTime", 10); // seconds
    limit("sun.net.httpserver.maxRspTime", 30);
    limit("jdk.httpserver.maxConnections", 32);
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Readings readings;

  private OperationsPort(HttpServer server, ExecutorService threads, Readings readings) {
    this.server = server;
    this.threads = threads;
    this.readings = readings;
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /** An answer. */
  private record Answer(int status, String type, String text) {
    static Answer plain(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text + "\n");
    }

    static Answer health(Optional<String> trouble) {
      Map<String, String> health = new LinkedHashMap<>();
      health.put("status", trouble.isEmpty() ? "up" : "down");
      trouble.ifPresent(why -> health.put("reason", why));
      return new Answer(
          trouble.isEmpty() ? 200 : 503, "application/json", JSON.valueToTree(health) + "\n");
    }
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
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException | IllegalArgumentException e) {
      throw KulaException.user(
          "--operations is '%s' (%s), must be an address of this machine and free; choose another"
              .formatted(address, e.getMessage()),
          e);
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", exchange -> respond(exchange, answer(exchange, trouble, readings)));
    server.start();
    return new OperationsPort(server, threads, readings);
  }

  private static Answer answer(
      HttpExchange exchange, Supplier<Optional<String>> trouble, Readings readings) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.plain(405, "method is %s, must be GET or HEAD".formatted(method));
    }
    return switch (exchange.getRequestURI().getPath()) {
      case "/health/live" -> Answer.health(Optional.empty());
      case "/health/ready" -> Answer.health(trouble.get());
      case "/metrics" ->
          new Answer(200, "text/plain; version=0.0.4; charset=utf-8", readings.text());
      default -> Answer.plain(404, "there is no such path, must be " + PATHS);
    };
  }

  private static void respond(HttpExchange exchange, Answer answer) throws IOException {
    try (exchange) {
      byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(answer.status(), -1);
      } else {
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** On which it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
    readings.close();
  }
}
