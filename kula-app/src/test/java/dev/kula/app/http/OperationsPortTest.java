package dev.kula.app.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunState;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator's tools are answered, over a socket. */
final class OperationsPortTest {
  private static final Pattern SAMPLE =
      Pattern.compile("[a-z0-9_]+(\\{([a-z_]+=\"[^\"]*\",?)*\\})? (NaN|[+-]Inf|-?[0-9.E+-]+)");

  private final Readings readings = new Readings();
  private Optional<String> trouble = Optional.empty();
  private OperationsPort port;

  @BeforeEach
  void listen() {
    port =
        OperationsPort.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), () -> trouble, readings);
  }

  @AfterEach
  void close() {
    port.close();
  }

  private HttpResponse<String> ask(String method, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:%d%s".formatted(port.port(), path));
      return client.send(
          HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private void assertAnswer(int status, String text, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode());
    assertEquals(text, answer.body());
  }

  @Test
  void aProcessWithTroubleIsAliveAndNotReady() throws Exception {
    assertAnswer(200, "{\"status\":\"up\"}\n", ask("GET", "/health/live"));
    assertAnswer(200, "{\"status\":\"up\"}\n", ask("GET", "/health/ready"));
    trouble = Optional.of("the \"server\" is away");
    assertAnswer(200, "{\"status\":\"up\"}\n", ask("GET", "/health/live"));
    assertAnswer(
        503,
        "{\"status\":\"down\",\"reason\":\"the \\\"server\\\" is away\"}\n",
        ask("GET", "/health/ready"));
  }

  @Test
  void thereIsNothingElseAndNothingToBeChanged() throws Exception {
    assertAnswer(
        404,
        "there is no such path, must be /health/live, /health/ready or /metrics\n",
        ask("GET", "/"));
    HttpResponse<String> posted = ask("POST", "/metrics");
    assertAnswer(405, "method is POST, must be GET or HEAD\n", posted);
    assertEquals(Optional.of("GET, HEAD"), posted.headers().firstValue("Allow"));
    assertAnswer(200, "", ask("HEAD", "/metrics"));
  }

  private static RoundRecord round(int round, double seconds) {
    return new RoundRecord(
        "m",
        1,
        round,
        9,
        0.5,
        0.75,
        0.5,
        1,
        null,
        0,
        new Traffic(100L * round, 2, 3, 4, 5, 6, 7),
        new SwapCounts(6, 1, 2, 3),
        Double.POSITIVE_INFINITY,
        seconds);
  }

  @Test
  void figuresAreThoseOfTheLastRound() throws Exception {
    List<RoundRecord> heard = new ArrayList<>();
    RunListener listener =
        readings.of(
            new RunListener() {
              @Override
              public void round(RoundRecord round, List<RunEvent> events) {
                heard.add(round);
              }

              @Override
              public void checkpoint(Supplier<RunState> state) {}
            });
    Runnable refused = readings.counted("kula.refusals", "refusals");
    assertMetric("kula_rounds_total 0.0");
    assertMetric("kula_accuracy_mean NaN");
    listener.round(round(1, 2), List.of());
    listener.round(round(2, 2.5), List.of());
    refused.run();
    assertEquals(List.of(round(1, 2), round(2, 2.5)), heard);
    assertMetric("kula_rounds_total 2.0");
    assertMetric("kula_cohort 9.0");
    assertMetric("kula_accuracy_mean 0.75");
    assertMetric("kula_accuracy_worst_decile 0.5");
    assertMetric("kula_epsilon_max +Inf");
    assertMetric("kula_bytes_total{kind=\"model\"} 200.0");
    assertMetric("kula_bytes_total{kind=\"profile\"} 7.0");
    assertMetric("kula_swaps_total{outcome=\"expired\"} 3.0");
    assertMetric("kula_round_duration_seconds_count 1");
    assertMetric("kula_refusals_total 1.0");
  }

  private void assertMetric(String line) throws IOException, InterruptedException {
    HttpResponse<String> answer = ask("GET", "/metrics");
    assertEquals(
        Optional.of("text/plain; version=0.0.4; charset=utf-8"),
        answer.headers().firstValue("Content-Type"));
    List<String> lines = answer.body().lines().filter(one -> !one.startsWith("#")).toList();
    lines.forEach(one -> assertTrue(SAMPLE.matcher(one).matches(), one));
    assertTrue(lines.contains(line), () -> line + " is not in\n" + answer.body());
  }

  /** Nobody else holds what is read here. */
  @Test
  void whatIsReadIsHeld() throws Exception {
    AtomicLong jobs = new AtomicLong(3);
    readings.counter("kula.jobs", "jobs", () -> jobs.get());
    readings.gauge("kula.connected", "connected", () -> jobs.get() + 1);
    System.gc();
    jobs.set(5);
    assertMetric("kula_jobs_total 5.0");
    assertMetric("kula_connected 6.0");
  }

  @Test
  void anAddressThatCannotBeHadIsTheUsersMistake() {
    KulaException taken =
        assertThrows(
            KulaException.class,
            () ->
                OperationsPort.open(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port()),
                    Optional::empty,
                    readings));
    assertEquals(KulaException.Blame.USER, taken.blame());
    assertTrue(String.valueOf(taken.getMessage()).startsWith("--operations is '"), taken::toString);
  }
}
