package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.app.traces.FleetTraces;
import dev.kula.app.traces.Traces;
import dev.kula.client.FleetClient;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.server.LiveFleet;
import dev.kula.server.Onlooker;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces tell what a fleet's rounds are made of, and change nothing of them. */
final class TracesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AttributeKey<Long> ROUND = AttributeKey.longKey("kula.round");
  private static final AttributeKey<Long> COHORT = AttributeKey.longKey("kula.cohort");
  private static final AttributeKey<String> DEVICE = AttributeKey.stringKey("kula.device");
  private static final AttributeKey<Double> ACCURACY =
      AttributeKey.doubleKey("kula.personal_accuracy");

  @TempDir Path directory;

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private final List<RoundRecord> rounds = new ArrayList<>();
  private final List<RunState> kept = new ArrayList<>();

  /** Keeps a checkpoint a round, as a run's directory does. */
  private final RunListener log =
      new RunListener() {
        @Override
        public void round(RoundRecord round, List<RunEvent> events) {
          rounds.add(round);
        }

        @Override
        public void checkpoint(Supplier<RunState> state) {
          kept.add(state.get());
        }
      };

  private Traces traces() {
    return new FleetTraces(
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build(),
        refusals::add);
  }

  private RunResult run(SmallFleet fleet, Onlooker onlooker, RunListener listener)
      throws Exception {
    String name = InProcessServerBuilder.generateName();
    List<ManagedChannel> channels = new ArrayList<>();
    List<FleetClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (LiveFleet rehearsal = fleet.rehearsal(PATIENCE, onlooker, listener)) {
      Server server =
          InProcessServerBuilder.forName(name)
              .addService(rehearsal.service())
              .intercept(new Trusting())
              .build()
              .start();
      try {
        for (DeviceId member : fleet.members()) {
          ManagedChannel channel = Trusting.named(InProcessChannelBuilder.forName(name), member);
          channels.add(channel);
          FleetClient client = new FleetClient(channel, fleet.worker(member), 1 << 26);
          clients.add(client);
          threads.add(Thread.ofPlatform().start(() -> attend(client)));
        }
        assertTrue(rehearsal.server().await(fleet.members().size(), PATIENCE), "nobody came");
        RunResult result = rehearsal.run();
        rehearsal.dismiss();
        return result;
      } finally {
        server.shutdownNow();
      }
    } finally {
      clients.forEach(FleetClient::stop);
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(10));
      }
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static void attend(FleetClient client) {
    try {
      client.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.worker().close();
  }

  private List<SpanData> spans(String name) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  @Test
  void everyRoundIsATraceOfItsStagesAndTheirJobs() throws Exception {
    SmallFleet fleet = SmallFleet.deal(directory);
    RunResult expected = fleet.alone();
    List<SpanData> all;
    try (Traces traces = traces()) {
      RunResult actual = run(fleet, traces.of(refusals::add), traces.of(log));
      SmallFleet.assertSame(expected, rounds, actual);
      assertEquals(List.of(), refusals);
      all = exporter.getFinishedSpanItems(); // before closing, which forgets them
      assertRounds(spans("round"));
      assertTrains(fleet);
    }
    Map<String, SpanData> byId = new HashMap<>();
    all.forEach(span -> byId.put(span.getSpanId(), span));
    Map<String, Set<String>> parents = new HashMap<>();
    for (SpanData span : all) {
      SpanData parent = byId.get(span.getParentSpanId());
      parents
          .computeIfAbsent(span.getName(), name -> new TreeSet<>())
          .add(parent == null ? "" : parent.getName());
      assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode(), span::toString);
    }
    assertEquals(
        Map.of(
            "round", Set.of(""),
            "begin", Set.of("round"),
            "train", Set.of("round"),
            "carry", Set.of("round"),
            "checkpoint", Set.of("round"),
            "Begin", Set.of("begin"),
            "Train", Set.of("train"),
            "Deliver", Set.of("carry"),
            "Keep", Set.of("checkpoint"),
            "Consult", Set.of("", "round")), // reputations, when the rounds are over
        parents);
    assertNothingOfDevicesIsTold(all);
  }

  private void assertRounds(List<SpanData> spans) {
    assertEquals(
        IntStream.rangeClosed(0, SmallFleet.ROUNDS).asLongStream().boxed().toList(),
        spans.stream().map(span -> span.getAttributes().get(ROUND)).toList());
    for (RoundRecord record : rounds) {
      SpanData span = spans.get(record.round());
      assertEquals(SpanId.getInvalid(), span.getParentSpanId());
      assertEquals((long) record.cohort(), span.getAttributes().get(COHORT));
      assertEquals(record.personalAccuracy(), span.getAttributes().get(ACCURACY));
    }
    assertEquals(
        SmallFleet.ROUNDS + 1,
        spans.stream().map(SpanData::getTraceId).distinct().count(),
        "rounds share a trace");
  }

  /** Each device's, once a round. */
  private void assertTrains(SmallFleet fleet) {
    List<SpanData> stages = spans("train");
    assertEquals(SmallFleet.ROUNDS, stages.size());
    Set<String> names =
        fleet.devices().stream().map(DeviceId::name).collect(Collectors.toCollection(TreeSet::new));
    for (SpanData stage : stages) {
      List<SpanData> jobs =
          spans("Train").stream()
              .filter(job -> job.getParentSpanId().equals(stage.getSpanId()))
              .toList();
      assertEquals(names.size(), jobs.size());
      Set<String> devices = new TreeSet<>();
      jobs.forEach(job -> devices.add(Objects.requireNonNull(job.getAttributes().get(DEVICE))));
      assertEquals(names, devices);
    }
  }

  /** Numbers, names of devices and kinds of messages: no attribute is as long as a sample. */
  private static void assertNothingOfDevicesIsTold(List<SpanData> all) {
    Set<String> keys = new TreeSet<>();
    for (SpanData span : all) {
      assertEquals(List.of(), span.getEvents());
      span.getAttributes()
          .forEach(
              (key, value) -> {
                keys.add(key.getKey());
                if (key.getType() == AttributeType.STRING_ARRAY) {
                  ((List<?>) value)
                      .forEach(kind -> assertTrue(kind.toString().matches("[A-Za-z]+")));
                }
              });
    }
    assertEquals(
        Set.of(
            "kula.asked",
            "kula.cohort",
            "kula.device",
            "kula.messages",
            "kula.personal_accuracy",
            "kula.round",
            "kula.worst_decile"),
        keys);
  }

  @Test
  void whoDoesNotAnswerOrFailsIsAnError() {
    Job job = new Job.Begin(1);
    try (Traces traces = traces()) {
      Onlooker onlooker = traces.of(line -> {});
      Consumer<Optional<Result>> away = onlooker.asked(new DeviceId("away"), job);
      Consumer<Optional<Result>> failing = onlooker.asked(new DeviceId("failing"), job);
      Consumer<Optional<Result>> sound = onlooker.asked(Envelope.BASE, job);
      failing.accept(Optional.of(new Result.Failed("row 7 is [1, 2, 3]")));
      sound.accept(Optional.of(new Result.Done()));
      away.accept(Optional.empty());
      assertEquals(
          List.of("failing ERROR failed", "kula:base UNSET ", "away ERROR no answer in time"),
          spans("Begin").stream()
              .map(
                  span ->
                      "%s %s %s"
                          .formatted(
                              span.getAttributes().get(DEVICE),
                              span.getStatus().getStatusCode(),
                              span.getStatus().getDescription()))
              .toList());
    }
  }

  /** A stage that a defect ends is one, and so is its round; the run is told of it as ever. */
  @Test
  void aRoundThatBreaksOffIsAnError() {
    RunListener breaking =
        new RunListener() {
          @Override
          public void round(RoundRecord round, List<RunEvent> events) {}

          @Override
          public void checkpoint(Supplier<RunState> state) {
            throw new IllegalStateException("the disk is full");
          }
        };
    try (Traces traces = traces()) {
      assertThrows(
          IllegalStateException.class,
          () -> run(SmallFleet.deal(directory), traces.of(refusals::add), traces.of(breaking)));
      assertEquals(StatusCode.ERROR, spans("checkpoint").getFirst().getStatus().getStatusCode());
    }
  }

  @Test
  void theEnvironmentAloneAsksForTraces() {
    String endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    String exporter = "OTEL_TRACES_EXPORTER";
    for (Map<String, String> environment :
        List.<Map<String, String>>of(
            Map.of(),
            Map.of(endpoint, ""),
            Map.of("OTEL_SERVICE_NAME", "fleet"),
            Map.of(endpoint, "http://127.0.0.1:1", exporter, "none"),
            Map.of(endpoint, "http://127.0.0.1:1", "OTEL_SDK_DISABLED", "true"))) {
      assertEquals(Optional.empty(), Traces.open("kula", environment, refusals::add));
    }
    try (Traces traces =
        Traces.open("kula", Map.of(exporter, "otlp"), refusals::add).orElseThrow()) {
      assertTrue(traces instanceof FleetTraces);
    }
    assertEquals(List.of(), refusals);
  }
}
