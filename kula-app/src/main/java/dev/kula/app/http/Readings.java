package dev.kula.app.http;

import dev.kula.round.Revocation;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a process. No figure is of one device, so that none of them says more of a device
 * than the summary of a run does.
 *
 * <p>Thread safe.
 */
public final class Readings implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private volatile @Nullable RoundRecord last;

  /** What counters read, which keep no hold of it themselves. */
  private final List<DoubleSupplier> held = new CopyOnWriteArrayList<>();

  /** Figures of the Java process, and none of a fleet. */
  public Readings() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /** Reads a number whenever it is asked for. */
  public Readings gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(description)
        .strongReference(true)
        .register(registry);
    return this;
  }

  /** Reads a number that only grows. */
  public Readings counter(String name, String description, DoubleSupplier value) {
    held.add(value);
    counter(name, description, Tags.empty(), value, DoubleSupplier::getAsDouble);
    return this;
  }

  private <T> void counter(
      String name, String description, Tags tags, T of, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, of, value).description(description).tags(tags).register(registry);
  }

  /** Something that is counted when it happens. */
  public Runnable counted(String name, String description) {
    Counter counter = Counter.builder(name).description(description).register(registry);
    return counter::increment;
  }

  /** Reads rounds on their way to a listener. */
  public RunListener of(RunListener listener) {
    Timer durations =
        Timer.builder("kula.round.duration")
            .description("real time of a round, but for the first of a process")
            .register(registry);
    total("kula.rounds", "rounds that are complete", Tags.empty(), RoundRecord::round);
    present("kula.cohort", "devices whose updates were folded", RoundRecord::cohort);
    present(
        "kula.accuracy.mean",
        "mean accuracy of personal models, a share",
        RoundRecord::personalAccuracy);
    present(
        "kula.accuracy.worst.decile",
        "accuracy of the worst tenth of personal models, a share",
        RoundRecord::worstDecile);
    present("kula.epsilon.max", "largest epsilon that a device has spent", RoundRecord::epsilonMax);
    String bytes = "bytes that moved for devices, as messages are counted";
    total("kula.bytes", bytes, Tags.of("kind", "model"), round -> round.bytes().model());
    total("kula.bytes", bytes, Tags.of("kind", "pointer"), round -> round.bytes().pointer());
    total("kula.bytes", bytes, Tags.of("kind", "fetched"), round -> round.bytes().fetched());
    total("kula.bytes", bytes, Tags.of("kind", "visit"), round -> round.bytes().visit());
    total("kula.bytes", bytes, Tags.of("kind", "profile"), round -> round.bytes().profile());
    String swaps = "swap orders, by what came of them";
    total("kula.swaps", swaps, Tags.of("outcome", "accepted"), round -> round.swaps().accepted());
    total("kula.swaps", swaps, Tags.of("outcome", "rejected"), round -> round.swaps().rejected());
    total("kula.swaps", swaps, Tags.of("outcome", "expired"), round -> round.swaps().expired());
    return new RunListener() {
      private long ended;

      @Override
      public void round(RoundRecord round, List<RunEvent> events) {
        long now = System.nanoTime();
        if (last != null) { // of the first, nobody here knows when it began
          durations.record(Duration.ofNanos(now - ended));
        }
        ended = now;
        last = round;
        listener.round(round, events);
      }

      @Override
      public void checkpoint(Supplier<RunState> state) {
        listener.checkpoint(state);
      }

      @Override
      public List<Revocation> revocations() {
        return listener.revocations();
      }
    };
  }

  private void present(String name, String description, ToDoubleFunction<RoundRecord> value) {
    gauge(name, description, () -> of(last, value, Double.NaN));
  }

  private void total(
      String name, String description, Tags tags, ToDoubleFunction<RoundRecord> value) {
    counter(name, description, tags, this, readings -> of(readings.last, value, 0));
  }

  private static double of(
      @Nullable RoundRecord round, ToDoubleFunction<RoundRecord> value, double before) {
    return round == null ? before : value.applyAsDouble(round);
  }

  /** All figures in the text format of Prometheus, version 0.0.4. */
  public String text() {
    return Objects.requireNonNull(registry.scrape());
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
