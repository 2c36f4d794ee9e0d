package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.wire.identity.Credentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are watched and controlled from a browser, as processes would make them. */
@Tag("slow")
final class DashboardCommandsTest {
  private static final Pattern DASHBOARD = Pattern.compile("dashboard on https?://[^ ]*:(\\d+)/");
  private static final int DEVICES = 3;

  @TempDir Path directory;
  private String data = "";

  @BeforeEach
  void deal() throws IOException {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(DEVICES, 40));
    // Slow to learn: a run must not end before somebody has asked it to wait.
    data =
        "--partition natural --model mlp:8 --groups none --policy none --batch 1 --local-epochs 20"
            + " --data csv:"
            + file;
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private static RunningCommand kula(String words) {
    return RunningCommand.of(words);
  }

  private String operator() throws IOException {
    return Files.readString(directory.resolve("operator")).strip();
  }

  private static HttpResponse<String> ask(
      HttpClient client, String scheme, int port, String path, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("%s://127.0.0.1:%d%s".formatted(scheme, port, path)));
    if (path.startsWith("/control/")) {
      request.POST(HttpRequest.BodyPublishers.noBody());
    }
    return client.send(
        request.header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
  }

  private String steer(int port, String what) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return ask(client, "http", port, "/control/" + what, operator()).body().strip();
    }
  }

  /** Pauses, and waits until that has come about. */
  private void pause(int port) throws Exception {
    long end = System.nanoTime() + 30_000_000_000L;
    String state = steer(port, "pause");
    while (!state.contains("paused") && System.nanoTime() < end) {
      Thread.sleep(20);
      state = steer(port, "pause");
    }
    assertEquals("{\"control\":\"paused\",\"revoking\":[]}", state);
  }

  private long rounds(String run) throws IOException {
    return Files.readAllLines(directory.resolve(run).resolve("rounds.jsonl")).size();
  }

  @Test
  void aSimulationIsPausedAndStoppedAndGoesOn() throws Exception {
    String watched = " --watch 0 --operator-token " + at("operator") + " --rounds 3000";
    RunningCommand run = kula("simulate --out " + at("run") + " " + data + watched);
    int port = run.port(DASHBOARD);
    pause(port);
    long paused = rounds("run");
    Thread.sleep(300);
    assertEquals(paused, rounds("run"), "a round was made while the run was paused");
    assertTrue(Files.exists(directory.resolve("run/checkpoint.cbor")), "nothing to go on from");
    assertEquals("{\"control\":\"running\",\"revoking\":[]}", steer(port, "resume"));
    assertEquals("{\"control\":\"stopping\",\"revoking\":[]}", steer(port, "stop"));
    assertEquals(0, run.exit(), run::err);
    assertTrue(run.err().contains("as the operator asked; go on with kula simulate "), run::err);
    long stopped = rounds("run");
    RunningCommand again = kula("simulate --resume " + at("run"));
    assertEquals(0, again.exit(), again::err);
    assertTrue(rounds("run") > stopped);
  }

  private String event(String type) throws IOException {
    Path events = directory.resolve("run/events.jsonl");
    return Files.exists(events)
        ? Files.readString(events)
            .lines()
            .filter(line -> line.contains(type))
            .findFirst()
            .orElse("")
        : "";
  }

  private String awaited(String type, RunningCommand run) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (event(type).isEmpty()) {
      assertTrue(System.nanoTime() < end, run::err);
      Thread.sleep(20);
    }
    return event(type);
  }

  @Test
  void whatALeaseBroughtIsTakenBack() throws Exception {
    String swaps = data.replace("--policy none", "--policy random --exchange raw --swap-every 1");
    RunningCommand run =
        kula(
            "simulate --out %s %s --watch 0 --operator-token %s --rounds 3000"
                .formatted(at("run"), swaps, at("operator")));
    int port = run.port(DASHBOARD);
    String settled = awaited("\"outcome\":\"accepted\"", run);
    String order = settled.replaceAll(".*\"order\":([0-9]+),.*", "$1");
    String path = "revoke?run=0&track=0&order=" + order;
    assertEquals("{\"control\":\"running\",\"revoking\":[%s]}".formatted(order), steer(port, path));
    String revoked = awaited("\"type\":\"revoked\"", run);
    assertTrue(revoked.contains("\"order\":%s,".formatted(order)), revoked);
    steer(port, "stop");
    assertEquals(0, run.exit(), run::err);
    RunningCommand told = kula("simulate --resume " + at("run"));
    assertEquals(0, told.exit(), told::err);
    assertEquals(revoked, event("\"type\":\"revoked\""), "the checkpoint was before it");
    String report = Files.readString(directory.resolve("run/report.html"));
    String round = revoked.replaceAll(".*\"round\":([0-9]+),.*", "$1");
    assertTrue(report.contains("\"revoked\":" + round), "the report does not know of it");
  }

  @Test
  void aLiveFleetWaitsForWhoStoppedIt() throws Exception {
    assertEquals(0, kula("pki init " + at("authority")).exit());
    String issue = "pki issue --authority " + at("authority") + " --out " + directory;
    assertEquals(0, kula(issue + " --role orchestrator --name server --host 127.0.0.1").exit());
    String known = " --authority " + at("authority/authority.pem") + " " + data + " --rounds 3000 ";
    String shown =
        "--dashboard 0.0.0.0:0 --dashboard-token %s --operator-token %s"
            .formatted(at("viewer"), at("operator"));
    RunningCommand server =
        kula(
            "orchestrate --rehearse --identity %s --listen 127.0.0.1:0 --out %s %s %s"
                .formatted(at("server"), at("live"), known, shown));
    int fleet = server.port();
    int port = server.port(DASHBOARD);
    List<RunningCommand> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      assertEquals(0, kula(issue + " --role device --name d" + i).exit());
      devices.add(
          kula(
              "device --rehearse --identity %s --server 127.0.0.1:%d --out %s %s"
                  .formatted(at("d" + i), fleet, at("at-" + i), known)));
    }
    try (HttpClient browser = HttpClient.newBuilder().sslContext(trusting()).build()) {
      String viewer = Files.readString(directory.resolve("viewer")).strip();
      assertEquals(401, ask(browser, "https", port, "/runs", "wrong").statusCode());
      assertEquals(200, ask(browser, "https", port, "/runs", viewer).statusCode());
      assertEquals(403, ask(browser, "https", port, "/control/stop", viewer).statusCode());
      long end = System.nanoTime() + 30_000_000_000L;
      while (!Files.exists(directory.resolve("live/rounds.jsonl")) || rounds("live") < 2) {
        assertTrue(System.nanoTime() < end, server::err);
        Thread.sleep(20);
      }
      assertEquals(200, ask(browser, "https", port, "/control/pause", operator()).statusCode());
      Thread.sleep(300);
      long paused = rounds("live");
      Thread.sleep(300);
      assertEquals(paused, rounds("live"), "a round was made while the run was paused");
      assertEquals(200, ask(browser, "https", port, "/control/stop", operator()).statusCode());
    }
    assertEquals(0, server.exit(), server::err);
    long stopped = rounds("live");
    RunningCommand again =
        kula(
            "orchestrate --identity %s --authority %s --listen 127.0.0.1:%d --resume %s --rehearse"
                .formatted(at("server"), at("authority/authority.pem"), fleet, at("live")));
    assertEquals(0, again.exit(), again::err);
    for (RunningCommand device : devices) {
      assertEquals(0, device.exit(), device::err);
    }
    assertTrue(rounds("live") > stopped);
  }

  private SSLContext trusting() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "authority", Credentials.authority(directory.resolve("authority/authority.pem")));
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }
}
