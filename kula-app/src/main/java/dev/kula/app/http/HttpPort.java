package dev.kula.app.http;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kula.KulaException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Answers over HTTP without a password. At most 32 connections are open, a request may take 10
 * seconds and have 1 MiB.
 */
final class HttpPort implements AutoCloseable {
  static final JsonMapper JSON = new JsonMapper();

  private static final int BODY_BYTES = 1 << 20;
  private static final Pattern PORT = Pattern.compile(":[0-9]*$");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+]");

  static {
    // Read once, by the first server of a process. Who asks slowly, or often, is cut off.
    limit("sun.net.httpserver.maxReqTime", 10); // seconds
    limit("sun.net.httpserver.maxRspTime", 30);
    limit("jdk.httpserver.maxConnections", 32);
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private HttpPort(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /**
   * A request.
   *
   * @param method in capitals; HEAD is asked as GET
   * @param body whole
   * @param isOfPage whether a page in a browser may have asked
   */
  record Request(String method, String path, byte[] body, boolean isOfPage) {}

  /** An answer. */
  record Answer(int status, String type, String text, List<String> allowed) {
    static Answer plain(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text + "\n", List.of());
    }

    static Answer json(int status, Object value) {
      return new Answer(status, "application/json", JSON.valueToTree(value) + "\n", List.of());
    }

    /** To a method that is none of these. */
    static Answer notAllowed(String method, String... allowed) {
      String all = String.join(" or ", allowed);
      return new Answer(
          405,
          "text/plain; charset=utf-8",
          "method is %s, must be %s%n".formatted(method, all).replace("\r", ""),
          List.of(allowed));
    }
  }

  /**
   * Listens.
   *
   * @param option that the address was given for
   * @param address port 0 for any that is free
   * @param answers asked by any thread
   * @throws KulaException the user's mistake, if the address cannot be had
   */
  static HttpPort open(
      String option, InetSocketAddress address, Function<Request, Answer> answers) {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException | IllegalArgumentException e) {
      throw KulaException.user(
          "%s is '%s' (%s), must be an address of this machine and free; choose another"
              .formatted(option, address, e.getMessage()),
          e);
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    String name = address.getHostString();
    server.createContext("/", exchange -> respond(exchange, name, answers));
    server.start();
    return new HttpPort(server, threads);
  }

  /**
   * Whether a browser asks for a page: across origins, or by a name that a stranger made lead to
   * this machine (DNS rebinding). Programs ask by address, by the name that the port was opened
   * under, or by one without a dot, which no stranger can have.
   */
  private static boolean isOfPage(HttpExchange exchange, String own) {
    if (exchange.getRequestHeaders().getFirst("Origin") != null) {
      return true;
    }
    String host = exchange.getRequestHeaders().getFirst("Host");
    String name = host == null ? "" : PORT.matcher(host).replaceAll("");
    return name.indexOf('.') >= 0 && !name.equals(own) && !ADDRESS.matcher(name).matches();
  }

  private static void respond(HttpExchange exchange, String name, Function<Request, Answer> answers)
      throws IOException {
    try (exchange) {
      boolean headOnly = exchange.getRequestMethod().equals("HEAD");
      byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES + 1);
      Answer answer =
          body.length > BODY_BYTES
              ? Answer.plain(413, "the request has more than 1 MiB, must have less")
              : answers.apply(
                  new Request(
                      headOnly ? "GET" : exchange.getRequestMethod(),
                      exchange.getRequestURI().getPath(),
                      body,
                      isOfPage(exchange, name)));
      byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      if (!answer.allowed().isEmpty()) {
        exchange.getResponseHeaders().set("Allow", String.join(", ", answer.allowed()));
      }
      if (headOnly) {
        exchange.sendResponseHeaders(answer.status(), -1);
      } else {
        exchange.sendResponseHeaders(answer.status(), text.length);
        exchange.getResponseBody().write(text);
      }
    }
  }

  /** On which it listens. */
  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
