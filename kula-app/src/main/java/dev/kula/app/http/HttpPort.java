package dev.kula.app.http;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kula.KulaException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Answers over HTTP, or HTTPS without asking for a certificate. At most 32 connections are open, a
 * request may take 10 seconds and have 1 MiB, an answer may take 30 seconds.
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
   * @param query what stands behind the question mark, taken apart and decoded
   * @param body whole
   * @param isOfPage whether a page in a browser may have asked that is none of this port's
   */
  record Request(
      String method,
      String path,
      Map<String, String> query,
      Headers headers,
      byte[] body,
      boolean isOfPage) {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.getFirst(name));
    }
  }

  /** What comes back. */
  sealed interface Reply {
    int status();

    String type();

    /** Beside what every answer has. */
    Map<String, String> headers();
  }

  /** An answer that is known as a whole. */
  record Answer(int status, String type, String text, Map<String, String> headers)
      implements Reply {
    static Answer plain(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text + "\n", Map.of());
    }

    static Answer json(int status, Object value) {
      return new Answer(status, "application/json", JSON.valueToTree(value) + "\n", Map.of());
    }

    /** To a method that is none of these. */
    static Answer notAllowed(String method, String... allowed) {
      return plain(405, "method is %s, must be %s".formatted(method, String.join(" or ", allowed)))
          .with("Allow", String.join(", ", allowed));
    }

    /** The same with another header. */
    Answer with(String name, String value) {
      Map<String, String> all = new HashMap<>(headers);
      all.put(name, value);
      return new Answer(status, type, text, all);
    }
  }

  /** An answer that is written as it comes. */
  record Flow(String type, Map<String, String> headers, Writer writer) implements Reply {
    @Override
    public int status() {
      return 200;
    }
  }

  /** Writes a flow until it ends, or whoever asked is away. */
  @FunctionalInterface
  interface Writer {
    void write(OutputStream out) throws IOException;
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
      String option, InetSocketAddress address, Function<Request, ? extends Reply> answers) {
    return open(option, address, Optional.empty(), answers);
  }

  /**
   * As {@link #open(String, InetSocketAddress, Function)}.
   *
   * @param tls what the server shows who it is; empty for plain HTTP
   */
  static HttpPort open(
      String option,
      InetSocketAddress address,
      Optional<SSLContext> tls,
      Function<Request, ? extends Reply> answers) {
    HttpServer server;
    try {
      if (tls.isPresent()) {
        HttpsServer secure = HttpsServer.create(address, 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls.get()));
        server = secure;
      } else {
        server = HttpServer.create(address, 0);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw KulaException.user(
          "%s is '%s' (%s), must be an address of this machine and free; choose another"
              .formatted(option, address.getHostString() + ":" + address.getPort(), e.getMessage()),
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
   * under, or by one without a dot, which no stranger can have; so do pages of the port's own.
   */
  private static boolean isOfPage(HttpExchange exchange, String own) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    if (origin != null && !origin.replaceFirst("^https?://", "").equals(host)) {
      return true;
    }
    String name = host == null ? "" : PORT.matcher(host).replaceAll("");
    return name.indexOf('.') >= 0 && !name.equals(own) && !ADDRESS.matcher(name).matches();
  }

  private static void respond(
      HttpExchange exchange, String name, Function<Request, ? extends Reply> answers)
      throws IOException {
    try (exchange) {
      boolean headOnly = exchange.getRequestMethod().equals("HEAD");
      byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES + 1);
      Reply reply =
          body.length > BODY_BYTES
              ? Answer.plain(413, "the request has more than 1 MiB, must have less")
              : answers.apply(
                  new Request(
                      headOnly ? "GET" : exchange.getRequestMethod(),
                      exchange.getRequestURI().getPath(),
                      query(exchange.getRequestURI().getRawQuery()),
                      exchange.getRequestHeaders(),
                      body,
                      isOfPage(exchange, name)));
      exchange.getResponseHeaders().set("Content-Type", reply.type());
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      if (headOnly) {
        exchange.sendResponseHeaders(reply.status(), -1);
        return;
      }
      switch (reply) {
        case Answer answer -> {
          byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), text.length);
          exchange.getResponseBody().write(text);
        }
        case Flow flow -> {
          exchange.sendResponseHeaders(flow.status(), 0);
          flow.writer().write(exchange.getResponseBody());
        }
      }
    }
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> values = new HashMap<>();
    if (raw != null) {
      for (String part : raw.split("&", -1)) {
        int equals = part.indexOf('=');
        String key = equals < 0 ? part : part.substring(0, equals);
        values.put(decoded(key), equals < 0 ? "" : decoded(part.substring(equals + 1)));
      }
    }
    return values;
  }

  /** What the server has parsed as a URI has no broken escapes. */
  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
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
