package dev.kula.app.traces;

import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.FleetState;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * A fleet each of whose stages is a span.
 *
 * <p>Not thread safe, as fleets are not.
 */
final class TracedFleet implements Fleet {
  private static final AttributeKey<List<String>> MESSAGES =
      AttributeKey.stringArrayKey("kula.messages");
  private static final AttributeKey<Long> ASKED = AttributeKey.longKey("kula.asked");

  private final Fleet fleet;
  private final FleetTraces traces;

  /**
   * A fleet.
   *
   * @param fleet does what there is to be done
   */
  TracedFleet(Fleet fleet, FleetTraces traces) {
    this.fleet = fleet;
    this.traces = traces;
  }

  @Override
  public List<DeviceId> begin(int round) {
    traces.beginRound(round);
    return traces.stage("begin", Attributes.empty(), () -> fleet.begin(round));
  }

  @Override
  public List<DeviceId> devices() {
    return fleet.devices();
  }

  @Override
  public List<DeviceId> available(int round) {
    return fleet.available(round);
  }

  @Override
  public List<DeviceId> atWork() {
    return fleet.atWork();
  }

  @Override
  public void gather() {
    fleet.gather();
  }

  @Override
  public List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy) {
    long asked = tasks.stream().mapToLong(task -> task.cohort().size()).sum();
    return traces.stage("train", Attributes.of(ASKED, asked), () -> fleet.train(tasks, strategy));
  }

  /** Where there is nothing to carry, nothing is told of it. */
  @Override
  public Delivery carry(int round, List<Envelope> messages) {
    if (messages.isEmpty()) {
      return fleet.carry(round, messages);
    }
    List<String> kinds =
        messages.stream()
            .map(envelope -> envelope.message().getClass().getSimpleName())
            .distinct()
            .sorted()
            .toList();
    return traces.stage(
        "carry", Attributes.of(MESSAGES, kinds), () -> fleet.carry(round, messages));
  }

  @Override
  public Duration elapsed() {
    return fleet.elapsed();
  }

  @Override
  public FleetState state() {
    return fleet.state();
  }

  /** Comes before the first round of a process, in a trace of its own. */
  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    traces.stage(
        "restore",
        Attributes.empty(),
        () -> {
          fleet.restore(state, models, shown);
          return state;
        });
  }

  @Override
  public void close() {
    fleet.close();
  }
}
