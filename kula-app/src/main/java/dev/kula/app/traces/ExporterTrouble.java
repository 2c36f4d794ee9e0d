package dev.kula.app.traces;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What OpenTelemetry complains of in its log, in lines: each complaint once, without stack traces.
 *
 * <p>Thread safe.
 */
final class ExporterTrouble extends Handler {
  /** Held, or the settings made here would be collected with it. */
  private static final Logger LOGGER = Logger.getLogger("io.opentelemetry");

  private final Consumer<String> trouble;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  private ExporterTrouble(Consumer<String> trouble) {
    this.trouble = trouble;
  }

  static ExporterTrouble listen(Consumer<String> trouble) {
    ExporterTrouble handler = new ExporterTrouble(trouble);
    handler.setLevel(Level.WARNING);
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(handler);
    return handler;
  }

  @Override
  public void publish(LogRecord complaint) {
    String line = String.valueOf(complaint.getMessage());
    // Of how many spans is another number each time.
    if (isLoggable(complaint) && said.add(line.replaceAll("[0-9]+", ""))) {
      trouble.accept("traces: " + line.lines().findFirst().orElse(""));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
  }
}
