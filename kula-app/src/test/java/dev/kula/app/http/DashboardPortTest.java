package dev.kula.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.app.dashboard.RunControl;
import dev.kula.app.dashboard.RunFeed;
import dev.kula.app.report.FakeRun;
import dev.kula.data.DeviceId;
import dev.kula.round.Revocation;
import dev.kula.round.RunEvent;
import dev.kula.store.RunDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a browser, and whoever else, gets of a dashboard's port. */
final class DashboardPortTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private Path root;
  private final RunControl control = new RunControl();
  private final HttpClient client = HttpClient.newHttpClient();
  private Optional<DashboardPort> opened = Optional.empty();

  @AfterEach
  void close() {
    opened.ifPresent(DashboardPort::close);
    client.close();
  }

  private DashboardPort open(Access access) {
    DashboardPort port =
        DashboardPort.open("--watch", ANY, Optional.empty(), access, Optional.of(control));
    opened = Optional.of(port);
    return port;
  }

  private DashboardPort open() {
    return open(Access.of(Optional.empty(), Optional.empty()));
  }

  private HttpRequest.Builder request(String path) {
    int port = opened.orElseThrow().port();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)));
  }

  private HttpResponse<String> ask(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return ask(request(path));
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer::body);
    assertTrue(answer.body().contains(part), answer::body);
  }

  private Path fake() {
    Path run = root.resolve("run");
    FakeRun.usual().simulate(run);
    return run;
  }

  @Test
  void thePageLoadsNothingFromElsewhere() throws Exception {
    open();
    HttpResponse<String> page = get("/");
    assertAnswer(200, "<main id=\"main\"", page);
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
    assertFalse(policy.contains("script-src 'self' 'unsafe-inline'"), policy);
    assertFalse(page.body().contains("{{"), "a part is not filled in");
    assertFalse(page.body().contains("<script>"), "a script stands in the page");
    for (String asset : List.of("/echarts.js", "/dashboard.js", "/dashboard.css")) {
      HttpResponse<String> answer = get(asset);
      assertEquals(200, answer.statusCode(), asset);
      assertTrue(answer.body().length() > 1000, asset);
    }
  }

  @Test
  void pathsLeadNowhereElse() throws Exception {
    open().show(RunFeed.of(fake()));
    for (String path :
        List.of(
            "/summary.json",
            "/..%2f..%2fetc/passwd",
            "/assets/../../run/rounds.jsonl",
            "/dashboard.js/..",
            "/stream?run=1",
            "/stream?run=-1",
            "/stream?run=../x",
            "/stream?run=99999999999")) {
      assertAnswer(404, "there is no such", get(path));
    }
    assertAnswer(405, "method is POST, must be GET or HEAD", ask(post("/runs")));
    assertAnswer(405, "method is GET, must be POST", get("/control/stop"));
  }

  private HttpRequest.Builder post(String path) {
    return request(path).POST(HttpRequest.BodyPublishers.noBody());
  }

  @Test
  void aRunThatHasEndedIsToldWholeAndEnds() throws Exception {
    open();
    assertAnswer(404, "there is no such run yet", get("/stream"));
    opened.orElseThrow().show(RunFeed.of(fake()));
    assertAnswer(200, "{\"runs\":[\"run\"],\"role\":\"viewer\"", get("/runs"));
    HttpResponse<String> told = get("/stream?run=0&track=-1");
    assertAnswer(200, "event: end\ndata: {\"ended\":true}", told);
    assertEquals(
        Optional.of("text/event-stream; charset=utf-8"), told.headers().firstValue("Content-Type"));
    String id = told.body().replaceAll("(?s).*\nid: ([^\n]*)\n.*", "$1");
    HttpResponse<String> again = ask(request("/stream?run=0&track=-1").header("Last-Event-ID", id));
    assertFalse(again.body().contains("event: state"), again::body);
  }

  private Access tokens() {
    return Access.of(Optional.of(root.resolve("view")), Optional.of(root.resolve("operate")));
  }

  private String token(String name) throws IOException {
    return Files.readString(root.resolve(name)).strip();
  }

  @Test
  void withoutATokenThereIsOnlyThePage() throws Exception {
    open(tokens()).show(RunFeed.of(fake()));
    assertEquals(200, get("/").statusCode());
    for (String path : List.of("/runs", "/stream", "/nothing")) {
      HttpResponse<String> answer = get(path);
      assertAnswer(401, "the token is missing or wrong", answer);
      assertEquals(Optional.of("Bearer"), answer.headers().firstValue("WWW-Authenticate"));
    }
    for (String wrong : List.of("Bearer x", "Bearer", "Basic " + token("view"), "bearer\t")) {
      assertAnswer(401, "must be one of", ask(request("/runs").header("Authorization", wrong)));
    }
    assertAnswer(401, "must be one of", ask(post("/control/stop")));
    assertEquals(RunControl.State.RUNNING, control.state());
    assertAnswer(200, "viewer", ask(as("view", request("/runs"))));
    assertAnswer(200, "operator", ask(as("operate", request("/runs"))));
  }

  private HttpRequest.Builder as(String name, HttpRequest.Builder request) throws IOException {
    return request.header("Authorization", "Bearer " + token(name));
  }

  @Test
  void theOperatorAloneControls() throws Exception {
    open(tokens());
    assertAnswer(403, "must be the operator's", ask(as("view", post("/control/pause"))));
    assertEquals(RunControl.State.RUNNING, control.state());
    assertAnswer(200, "pausing", ask(as("operate", post("/control/pause"))));
    assertEquals(RunControl.State.PAUSING, control.state());
    assertAnswer(200, "running", ask(as("operate", post("/control/resume"))));
    assertAnswer(200, "stopping", ask(as("operate", post("/control/stop"))));
    assertAnswer(404, "no such path", ask(as("operate", post("/control/kill"))));
  }

  private static RunEvent.Ordered order(long number) {
    return new RunEvent.Ordered(
        2, number, "a", "b", "raw", 9, List.of(), 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, "why");
  }

  @Test
  void theOperatorAloneRevokesLeases() throws Exception {
    Path run = root.resolve("run");
    try (RunDirectory directory = RunDirectory.create(run)) {
      DashboardPort port = open(tokens());
      port.show(RunFeed.of(run));
      directory.append("m", 1, order(7));
      directory.append("m", 2, order(8));
      directory.append("m", 2, order(9));
      directory.append(
          "m", 2, new RunEvent.Settled(2, 9, "a", "b", "rejected", null, null, 0, 0, "harmful"));
      control.begin("m", 2);
      String path = "/control/revoke?run=0&track=1&order=";
      assertAnswer(403, "must be the operator's", ask(as("view", post(path + 8))));
      for (String other :
          List.of(
              path + 7,
              path + 9,
              path + "x",
              path,
              "/control/revoke",
              "/control/revoke?run=1&track=1&order=8")) {
        assertAnswer(404, "has no lease to revoke", ask(as("operate", post(other))));
      }
      String earlier = "/control/revoke?run=0&track=0&order=7";
      assertAnswer(409, "not being made any more", ask(as("operate", post(earlier))));
      assertEquals(List.of(), control.takeRevocations());
      assertAnswer(200, "\"revoking\":[8]", ask(as("operate", post(path + 8))));
      assertEquals(
          List.of(new Revocation(8, new DeviceId("a"), new DeviceId("b"))),
          control.takeRevocations());
    }
  }

  /** As a page of another site asks, by a name that leads here; empty if that was cut off. */
  private String raw(String head) throws IOException {
    try (Socket socket = new Socket(ANY.getAddress(), opened.orElseThrow().port())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] line = new byte[80];
      int read = in.read(line);
      return read < 0 ? "" : new String(line, 0, read, StandardCharsets.US_ASCII);
    } catch (SocketException cutOff) {
      return "";
    }
  }

  @Test
  void pagesOfOtherSitesGetNothing() throws Exception {
    open();
    String foreign = raw("GET /runs HTTP/1.1\r\nHost: evil.example.org\r\n\r\n");
    assertTrue(foreign.startsWith("HTTP/1.1 403"), foreign);
    String across =
        raw("GET /runs HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example.org\r\n\r\n");
    assertTrue(across.startsWith("HTTP/1.1 403"), across);
    String own =
        raw("GET /runs HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:1\r\n\r\n");
    assertTrue(own.startsWith("HTTP/1.1 200"), own);
    String huge = raw("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(1 << 20) + "\r\n\r\n");
    assertFalse(huge.startsWith("HTTP/1.1 2"), huge);
    assertEquals(200, get("/").statusCode(), "and all goes on");
  }

  @Test
  void whenTheProcessEndsPagesAreToldAllThatThereIs() throws Exception {
    Path run = root.resolve("run");
    try (RunDirectory directory = RunDirectory.create(run)) {
      DashboardPort port = open();
      port.show(RunFeed.of(run));
      CompletableFuture<HttpResponse<String>> told =
          client.sendAsync(request("/stream").build(), HttpResponse.BodyHandlers.ofString());
      Thread.sleep(200);
      directory.append("m", 1, new RunEvent.Stopped(1, "the last line"));
      port.close();
      String text = told.get(10, TimeUnit.SECONDS).body();
      assertTrue(text.contains("the last line"), text);
      assertTrue(text.contains("event: end\ndata: {\"ended\":false}"), text);
    }
  }

  @Test
  void tokensAreFilesOfTheirOwner() throws Exception {
    tokens();
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("view"))));
    assertTrue(token("view").length() >= 40);
    assertMistake("has no token", Files.writeString(root.resolve("short"), "abc"));
    Path shared = Files.writeString(root.resolve("shared"), "0123456789abcdef");
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rw-r--r--"));
    KulaException read =
        assertThrows(KulaException.class, () -> Access.of(Optional.of(shared), Optional.empty()));
    assertTrue(String.valueOf(read.getMessage()).contains("chmod 600"), read::toString);
    Path same = root.resolve("view");
    KulaException twice =
        assertThrows(KulaException.class, () -> Access.of(Optional.of(same), Optional.of(same)));
    assertTrue(String.valueOf(twice.getMessage()).contains("the same token"), twice::toString);
  }

  private static void assertMistake(String part, Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    KulaException mistake =
        assertThrows(KulaException.class, () -> Access.of(Optional.of(file), Optional.empty()));
    assertEquals(KulaException.Blame.USER, mistake.blame());
    assertTrue(String.valueOf(mistake.getMessage()).contains(part), mistake::toString);
  }

  @Test
  void anAddressThatIsTakenIsTheUsersMistake() {
    int port = open().port();
    KulaException taken =
        assertThrows(
            KulaException.class,
            () ->
                DashboardPort.open(
                    "--watch",
                    new InetSocketAddress(ANY.getAddress(), port),
                    Optional.empty(),
                    Access.of(Optional.empty(), Optional.empty()),
                    Optional.empty()));
    assertEquals(KulaException.Blame.USER, taken.blame());
    assertTrue(String.valueOf(taken.getMessage()).startsWith("--watch is '"), taken::toString);
  }
}
