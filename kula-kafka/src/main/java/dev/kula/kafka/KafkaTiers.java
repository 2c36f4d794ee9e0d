package dev.kula.kafka;

import dev.kula.server.MonitorTerms;
import dev.kula.server.TierProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** The parts of a live fleet's servers, with Kafka between them. */
public final class KafkaTiers implements TierProvider {
  @Override
  public Orchestrating orchestrator(Path file, Duration patience, Consumer<String> troubles) {
    return new KafkaOrchestrator(file, patience, troubles);
  }

  @Override
  public Gate gateway(Path file, Consumer<String> troubles) {
    return new Gateway(KafkaFile.read(file), troubles);
  }

  @Override
  public Part aggregator(Path file) {
    return new Application(file, Aggregator.APPLICATION, Aggregator::needs, Aggregator::topology);
  }

  @Override
  public Part monitor(Path file, MonitorTerms terms) {
    return new Application(
        file,
        MonitorTask.APPLICATION,
        MonitorTask::needs,
        topics -> MonitorTask.topology(topics, terms));
  }
}
