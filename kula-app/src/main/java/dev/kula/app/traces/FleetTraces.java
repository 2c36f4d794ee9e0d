package dev.kula.app.traces;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.fleet.Fleet;
import dev.kula.round.Revocation;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunState;
import dev.kula.server.Onlooker;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A trace a round: below the span of the round those of its stages, and below these one for each
 * job of each device. What a device says is in none of them, not even why it could not do a job.
 *
 * <p>One round loop tells of rounds and stages; jobs may be told of by any thread.
 */
public final class FleetTraces implements Traces {
  private static final int CLOSING_SECONDS = 5;
  private static final AttributeKey<Long> ROUND = AttributeKey.longKey("kula.round");
  private static final AttributeKey<String> DEVICE = AttributeKey.stringKey("kula.device");

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;
  private final ExporterTrouble trouble;
  private final Thread hook = new Thread(this::send, "kula-traces");

  /** The span of the round, and that of its stage if it is in one. */
  private volatile Context round = Context.root();

  private volatile Context stage = Context.root();

  /**
   * Traces by an SDK.
   *
   * @param sdk closed with this
   * @param trouble is told in a line why traces do not arrive, from any thread
   */
  public FleetTraces(OpenTelemetrySdk sdk, Consumer<String> trouble) {
    this.sdk = sdk;
    this.tracer = sdk.getTracer("dev.kula");
    this.trouble = ExporterTrouble.listen(trouble);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  static FleetTraces open(String service, Consumer<String> trouble) {
    Map<String, String> defaults =
        Map.of(
            "otel.service.name",
            service,
            "otel.exporter.otlp.protocol",
            "http/protobuf",
            "otel.metrics.exporter",
            "none",
            "otel.logs.exporter",
            "none");
    try {
      return new FleetTraces(
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> defaults)
              .build()
              .getOpenTelemetrySdk(),
          trouble);
    } catch (ConfigurationException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw KulaException.user(
          "variables OTEL_* cannot be followed (%s), must ask for OTLP over http/protobuf; correct"
                  .formatted(why.getMessage())
              + " them, or set OTEL_SDK_DISABLED=true",
          e);
    }
  }

  @Override
  public Onlooker of(Onlooker onlooker) {
    return new Onlooker() {
      @Override
      public void refused(String line) {
        onlooker.refused(line);
      }

      @Override
      public Consumer<Optional<Result>> asked(DeviceId whom, Job job) {
        return onlooker.asked(whom, job).andThen(job(whom, job));
      }

      @Override
      public Fleet watched(Fleet fleet) {
        return new TracedFleet(onlooker.watched(fleet), FleetTraces.this);
      }
    };
  }

  @Override
  public RunListener of(RunListener listener) {
    return new RunListener() {
      @Override
      public void round(RoundRecord record, List<RunEvent> events) {
        describe(record);
        listener.round(record, events);
      }

      @Override
      public void checkpoint(Supplier<RunState> state) {
        stage(
            "checkpoint",
            Attributes.empty(),
            () -> {
              listener.checkpoint(state);
              return state;
            });
        endRound();
      }

      @Override
      public List<Revocation> revocations() {
        return listener.revocations();
      }
    };
  }

  /** Ends the round before, if there is one. */
  void beginRound(int number) {
    endRound();
    Span span =
        tracer.spanBuilder("round").setNoParent().setAttribute(ROUND, (long) number).startSpan();
    round = Context.root().with(span);
    stage = round;
  }

  private void endRound() {
    Span.fromContext(round).end();
    round = Context.root();
    stage = round;
  }

  private void describe(RoundRecord record) {
    Span span = Span.fromContext(round);
    span.setAttribute("kula.cohort", record.cohort());
    set(span, "kula.personal_accuracy", record.personalAccuracy());
    set(span, "kula.worst_decile", record.worstDecile());
    set(span, "kula.epsilon_max", record.epsilonMax());
  }

  /** Not every tool that reads traces can read what is no number. */
  private static void set(Span span, String key, double value) {
    if (Double.isFinite(value)) {
      span.setAttribute(key, value);
    }
  }

  /** Does a stage of the round, in a span that the jobs that it begins are below. */
  <T> T stage(String name, Attributes attributes, Supplier<T> doing) {
    Span span = tracer.spanBuilder(name).setParent(round).setAllAttributes(attributes).startSpan();
    stage = round.with(span);
    try {
      return doing.get();
    } catch (RuntimeException | Error e) {
      span.setStatus(StatusCode.ERROR);
      Span.fromContext(round).setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      stage = round;
      span.end();
    }
  }

  private Consumer<Optional<Result>> job(DeviceId whom, Job job) {
    Span span =
        tracer
            .spanBuilder(job.getClass().getSimpleName())
            .setParent(stage)
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(DEVICE, whom.name())
            .startSpan();
    return result -> {
      if (result.isEmpty()) {
        span.setStatus(StatusCode.ERROR, "no answer in time");
      } else if (result.get() instanceof Result.Failed) {
        span.setStatus(StatusCode.ERROR, "failed");
      }
      span.end();
    };
  }

  private void send() {
    sdk.shutdown().join(CLOSING_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    endRound();
    send();
    trouble.close();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it runs already
    }
  }
}
