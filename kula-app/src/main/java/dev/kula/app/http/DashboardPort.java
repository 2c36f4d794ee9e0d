package dev.kula.app.http;

import dev.kula.KulaException;
import dev.kula.app.dashboard.RunControl;
import dev.kula.app.dashboard.RunFeed;
import dev.kula.app.http.Access.Role;
import dev.kula.app.http.HttpPort.Answer;
import dev.kula.app.http.HttpPort.Flow;
import dev.kula.app.http.HttpPort.Reply;
import dev.kula.app.http.HttpPort.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * Where a browser sees runs: a page, and what it draws as server-sent events. {@code GET /} and
 * {@code /assets/} are the page, which holds nothing of a run; {@code GET /runs} lists the runs;
 * {@code GET /stream} tells one; {@code POST /control/pause}, {@code resume}, {@code stop} and
 * {@code revoke} are the operator's. Where there is a token, all but the page asks for it, in a
 * header: nothing that a browser sends by itself opens anything.
 */
public final class DashboardPort implements AutoCloseable {
  /** Between two looks at a run. */
  private static final long LOOK_MILLIS = 300;

  /** A flow ends before the server would cut it off; pages ask again where it ended. */
  private static final long FLOW_NANOS = 20_000_000_000L;

  /** Between two signs of life, by which it is noticed that a page is away. */
  private static final long BEAT_NANOS = 4_000_000_000L;

  /** How long pages may take to be told the end. */
  private static final long FAREWELL_SECONDS = 3;

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,6}");
  private static final Pattern ORDER = Pattern.compile("[0-9]{1,18}");

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src-elem 'self'; style-src-attr"
              + " 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action"
              + " 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-store");

  private final List<RunFeed> feeds = new CopyOnWriteArrayList<>();
  private final Access access;
  private final Optional<RunControl> control;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** One party, and one more for each flow that is under way. */
  private final Phaser flows = new Phaser(1);

  private final HttpPort port;

  private DashboardPort(
      String option,
      InetSocketAddress address,
      Optional<SSLContext> tls,
      Access access,
      Optional<RunControl> control) {
    this.access = access;
    this.control = control;
    this.port = HttpPort.open(option, address, tls, request -> guarded(answer(request)));
  }

  /**
   * Listens; there is nothing to see yet.
   *
   * @param option that the address was given for
   * @param address port 0 for any that is free; without a token it must be this machine's own
   * @param tls what the server shows who it is; empty for plain HTTP
   * @param control of the run that this process makes; empty if it makes none
   * @throws KulaException the user's mistake, if the address cannot be had
   */
  public static DashboardPort open(
      String option,
      InetSocketAddress address,
      Optional<SSLContext> tls,
      Access access,
      Optional<RunControl> control) {
    return new DashboardPort(option, address, tls, access, control);
  }

  /** Shows a run from now on, beside those that are there. */
  public void show(RunFeed feed) {
    feeds.add(feed);
  }

  private static Reply guarded(Reply reply) {
    Map<String, String> headers = new LinkedHashMap<>(HEADERS);
    headers.putAll(reply.headers());
    return switch (reply) {
      case Answer all -> new Answer(all.status(), all.type(), all.text(), headers);
      case Flow flow -> new Flow(flow.type(), headers, flow.writer());
    };
  }

  private Reply answer(Request request) {
    // A name that a stranger made lead here gets to nothing that asks for a token.
    if (request.isOfPage() && !access.isGuarded()) {
      return Answer.plain(
          403, "the request is of another site's page, must be of this one's; open it by address");
    }
    String path = request.path();
    boolean steers = path.startsWith("/control/");
    String method = steers ? "POST" : "GET";
    if (!request.method().equals(method)) {
      return steers
          ? Answer.notAllowed(request.method(), "POST")
          : Answer.notAllowed(request.method(), "GET", "HEAD");
    }
    Optional<Answer> page = DashboardPage.at(path);
    if (page.isPresent()) {
      return page.get();
    }
    Role role = access.role(request.header("Authorization"));
    if (role == Role.NOBODY) {
      return Answer.plain(401, "the token is missing or wrong, must be one of this dashboard")
          .with("WWW-Authenticate", "Bearer");
    }
    return switch (path) {
      case "/runs" -> Answer.json(200, runs(role));
      case "/stream" -> stream(request);
      case "/control/pause" -> steer(role, RunControl::pause);
      case "/control/resume" -> steer(role, RunControl::resume);
      case "/control/stop" -> steer(role, RunControl::stop);
      case "/control/revoke" -> revoke(role, request);
      default -> Answer.plain(404, "there is no such path; the dashboard is at /");
    };
  }

  private Map<String, Object> runs(Role role) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("runs", feeds.stream().map(RunFeed::name).toList());
    told.put("role", role.word());
    told.put("live", control.isPresent());
    told.put("controllable", control.isPresent() && access.hasOperator());
    return told;
  }

  private Answer revoke(Role role, Request request) {
    Optional<Answer> refused = refused(role);
    if (refused.isPresent()) {
      return refused.get();
    }
    int run = number(request.query().getOrDefault("run", "0"));
    int track = number(request.query().getOrDefault("track", "-1"));
    String order = request.query().getOrDefault("order", "");
    Optional<RunControl.Asked> lease =
        run >= 0 && run < feeds.size() && ORDER.matcher(order).matches()
            ? feeds.get(run).revocation(track, Long.parseLong(order))
            : Optional.empty();
    if (lease.isEmpty()) {
      return Answer.plain(
          404,
          "run %d, track %d, order '%s' has no lease to revoke, must be an order that the page lists,"
                  .formatted(run, track, order)
              + " that is open or was let in, and whose lease was not revoked");
    }
    return control.get().revoke(lease.get())
        ? Answer.json(200, told(control.get()))
        : Answer.plain(
            409, "order %s is of a run that is not being made any more, or stops".formatted(order));
  }

  private interface Step {
    void take(RunControl control);
  }

  private Answer steer(Role role, Step step) {
    Optional<Answer> refused = refused(role);
    if (refused.isEmpty()) {
      step.take(control.get());
    }
    return refused.orElseGet(() -> Answer.json(200, told(control.get())));
  }

  /** Why somebody may not control; empty if there is something to control, and they may. */
  private Optional<Answer> refused(Role role) {
    if (control.isEmpty()) {
      return Optional.of(
          Answer.plain(409, "this dashboard makes no run, and so cannot control one"));
    }
    return role == Role.OPERATOR
        ? Optional.empty()
        : Optional.of(
            Answer.plain(
                403, "the token is a viewer's, must be the operator's; see --operator-token"));
  }

  /** How a run stands, as a page is told it. */
  private static Map<String, Object> told(RunControl control) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("control", control.state().word());
    told.put("revoking", control.revoking());
    return told;
  }

  private Reply stream(Request request) {
    int run = number(request.query().getOrDefault("run", "0"));
    int track = number(request.query().getOrDefault("track", "-1"));
    if (run < 0 || run >= feeds.size()) {
      return Answer.plain(404, "there is no such run yet; ask /runs");
    }
    String told = request.header("Last-Event-ID").orElse("");
    RunFeed feed = feeds.get(run);
    return new Flow(
        "text/event-stream; charset=utf-8",
        Map.of("X-Accel-Buffering", "no"),
        out -> {
          flows.register();
          try {
            flow(feed, track, told, out);
            out.close(); // says that this was all, before the server may be ended
          } finally {
            flows.arriveAndDeregister();
          }
        });
  }

  private static int number(String text) {
    return NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
  }

  private void flow(RunFeed feed, int track, String told, OutputStream out) throws IOException {
    long until = System.nanoTime() + FLOW_NANOS;
    long beat = System.nanoTime();
    String id = told;
    Map<String, Object> control = Map.of();
    while (true) {
      // Asked first: what is told after it is all that there is.
      boolean isLast = closing.getCount() == 0;
      for (RunFeed.Message message : feed.since(id, track)) {
        id = message.id().isEmpty() ? id : message.id();
        event(out, "state", message.id(), message.json());
      }
      Map<String, Object> now = this.control.map(DashboardPort::told).orElse(Map.of());
      if (!now.equals(control)) {
        control = now;
        event(out, "control", "", HttpPort.JSON.writeValueAsString(now));
      }
      if (isLast || feed.hasEnded()) {
        event(out, "end", "", "{\"ended\":%b}".formatted(feed.hasEnded()));
        return;
      }
      long time = System.nanoTime();
      if (time > until) {
        return;
      }
      if (time > beat) {
        beat = time + BEAT_NANOS;
        out.write(":\n\n".getBytes(StandardCharsets.UTF_8)); // fails where the page is away
      }
      out.flush();
      pause();
    }
  }

  private void pause() throws IOException {
    try {
      boolean isClosing = closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      assert !isClosing || closing.getCount() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void event(OutputStream out, String type, String id, String json)
      throws IOException {
    String name = id.isEmpty() ? "" : "id: " + id + "\n";
    out.write(
        (name + "event: " + type + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
  }

  /** On which it listens. */
  public int port() {
    return port.port();
  }

  /** Tells pages the end, for at most three seconds, and listens no more. */
  @Override
  public void close() {
    closing.countDown();
    int phase = flows.arrive();
    try {
      int next = flows.awaitAdvanceInterruptibly(phase, FAREWELL_SECONDS, TimeUnit.SECONDS);
      assert next != phase;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException slow) {
      // A page that takes longer sees the connection end.
    }
    port.close();
  }
}
