package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.fleet.Pace;
import dev.kula.round.SimulationSettings;
import dev.kula.server.FleetServer;
import dev.kula.server.Participant;
import dev.kula.server.Summing;
import dev.kula.server.TierProvider;
import dev.kula.wire.FleetSettings;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The one process that runs the rounds, and what it has to do with the others. */
final class KafkaOrchestrator implements TierProvider.Orchestrating {
  private final KafkaFile file;
  private final Topics topics;
  private final Post post;
  private final CohortSums sums;
  private final Outbox outbox;
  private final Consumer<String> troubles;
  private @Nullable KafkaMonitor monitor;
  private @Nullable Sessions sessions;

  /** Of a new run: what is left of earlier ones in topics is deleted. */
  KafkaOrchestrator(Path path, Duration patience, Consumer<String> troubles) {
    this.file = KafkaFile.read(path);
    this.troubles = troubles;
    this.topics = new Topics(file);
    try {
      topics.create(topics.all());
      topics.empty(topics.all());
      topics.empty(Aggregator.changelogs(topics));
    } catch (KulaException brokers) {
      topics.close();
      throw brokers;
    }
    this.post = new Post(file, "kula-orchestrator");
    this.sums = new CohortSums(file, topics, post, patience, this::forget);
    this.outbox = new Outbox(post, topics, sums.run(), sums::cohort, troubles);
  }

  /**
   * An update is folded before the others are there, in whatever order they come: what is no sum
   * cannot be had so, nor what depends on who is first.
   */
  @Override
  public void check(SimulationSettings settings) {
    AggregationStrategy strategy = settings.rounds().strategy();
    if (!(strategy.init(1) instanceof Serializable)
        || strategy.needsRoot()
        || strategy.broadcast().models() > 1) {
      throw KulaException.user(
          "strategy is '%s', must be a sum with --kafka, which folds updates apart from each other;"
                  .formatted(strategy.name())
              + " use fedavg or another without --robust and --clusters, or leave --kafka out");
    }
    if (!settings.rounds().pace().equals(Pace.ALL)) {
      throw KulaException.user(
          "--pace is given, must be all with --kafka, which folds whatever comes before a round is"
              + " over; leave one of the two out");
    }
  }

  @Override
  public Optional<Summing> summing() {
    return Optional.of(sums);
  }

  @Override
  public Optional<Participant> monitor(FleetSettings told) {
    KafkaMonitor asked = new KafkaMonitor(file, topics, post, told);
    monitor = asked;
    return Optional.of(asked);
  }

  @Override
  public void serve(FleetServer server) {
    sessions = new Sessions(file, topics, server::attended, outbox, sums, this::giveUp);
  }

  /** At once in a line, and before anybody trains again. */
  private void giveUp(String why) {
    troubles.accept(why);
    sums.giveUp(why);
  }

  /** What was heard is of no more use, and models that no job refers to. */
  private void forget() {
    topics.delete(Map.of(new TopicPartition(topics.models(), 0), outbox.modelsBegin()));
    Sessions open = sessions;
    if (open != null) {
      topics.delete(open.heard());
    }
  }

  @Override
  public void close() {
    try {
      sums.close();
      forget();
    } catch (KulaException brokersAreGone) {
      troubles.accept(String.valueOf(brokersAreGone.getMessage()));
    }
    Sessions open = sessions;
    if (open != null) {
      open.close();
    }
    KafkaMonitor asked = monitor;
    if (asked != null) {
      asked.close();
    }
    post.close();
    topics.close();
  }
}
