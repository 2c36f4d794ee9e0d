package dev.kula.app.traces;

import dev.kula.KulaException;
import dev.kula.round.RunListener;
import dev.kula.server.Onlooker;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Tells somebody outside what a run's rounds are made of, and how long each part takes. */
public interface Traces extends AutoCloseable {
  /**
   * Begins to trace, if the environment asks for it, as <a
   * href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">OpenTelemetry
   * has it</a>: with an endpoint or an exporter of traces.
   *
   * @param service what the process calls itself where the environment gives it no name
   * @param environment that variables are looked for in; what they set is read from the process's
   *     own
   * @param trouble is told in a line why traces do not arrive, from any thread
   * @throws KulaException the user's mistake, if the variables cannot be followed
   */
  static Optional<Traces> open(
      String service, Map<String, String> environment, Consumer<String> trouble) {
    boolean off =
        environment.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true")
            || environment.getOrDefault("OTEL_TRACES_EXPORTER", "").equalsIgnoreCase("none");
    boolean asked =
        Stream.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "OTEL_TRACES_EXPORTER")
            .anyMatch(name -> !environment.getOrDefault(name, "").isBlank());
    return asked && !off ? Optional.of(FleetTraces.open(service, trouble)) : Optional.empty();
  }

  /** Sees what {@code onlooker} sees, and traces it. */
  Onlooker of(Onlooker onlooker);

  /** Sees rounds on their way to a listener. */
  RunListener of(RunListener listener);

  /** Sends what has not been sent, for a few seconds at the most. */
  @Override
  void close();
}
