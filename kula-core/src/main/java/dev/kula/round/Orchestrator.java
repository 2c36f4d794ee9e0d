package dev.kula.round;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The server that picks cohorts, distributes the base set as pointers, and stands between receivers
 * and the monitor: it holds back what they say of a source until three of them have spoken.
 */
final class Orchestrator {
  static final int LEAST_RATERS = 3;

  private final Seed seed;
  private final double participation;
  private final Map<DeviceId, Buffer> buffers = new TreeMap<>();

  /** Outcomes of one source that the monitor has not been told yet. */
  private static final class Buffer {
    double useful;
    double neutral;
    double harmful;
    double variance;
    final TreeSet<DeviceId> raters = new TreeSet<>();
  }

  /**
   * Outcomes held back.
   *
   * @param sums by source: useful, neutral, harmful, variance of the noise in each
   * @param raters by source
   */
  record State(Map<String, double[]> sums, Map<String, List<String>> raters) {}

  Orchestrator(Seed seed, double participation) {
    this.seed = seed;
    this.participation = participation;
  }

  /** The cohort of a round: a share of those available, uniformly, at least one. */
  List<DeviceId> cohort(int round, List<DeviceId> available) {
    List<DeviceId> pool = new ArrayList<>(available);
    int size = RoundSettings.cohortSize(participation, pool.size());
    RandomGenerator random = seed.derive("cohort").derive(round).generator();
    for (int i = 0; i < Math.min(size, pool.size()); i++) {
      int j = i + random.nextInt(pool.size() - i);
      DeviceId swapped = pool.get(i);
      pool.set(i, pool.get(j));
      pool.set(j, swapped);
    }
    return pool.subList(0, Math.min(size, pool.size())).stream().sorted().toList();
  }

  /** Orders that make every device fetch the base set through a pointer of its own lease. */
  List<Envelope> distributeBase(List<DeviceId> devices, int samples) {
    List<Envelope> orders = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      SwapOrder order =
          new SwapOrder(
              -1L - i,
              0,
              Envelope.BASE,
              devices.get(i),
              samples,
              List.of(),
              Exchange.RAW,
              Admission.UNGATED_BOTH,
              Selection.UNIFORM,
              0,
              true,
              Duration.ofDays(1),
              1);
      orders.addAll(envelopes(Envelope.ORCHESTRATOR, order));
    }
    return orders;
  }

  /** An order to both of its devices. */
  static List<Envelope> envelopes(DeviceId from, SwapOrder order) {
    return List.of(
        new Envelope(from, order.receiver(), new Message.Ordered(order)),
        new Envelope(from, order.source(), new Message.Ordered(order)));
  }

  /** Takes in one receiver's outcomes; gives what the monitor may be told now. */
  List<Envelope> outcomes(DeviceId rater, Message.Outcomes outcomes) {
    List<Envelope> released = new ArrayList<>();
    for (Message.Rating rating : outcomes.ratings()) {
      released.add(
          toMonitor(new Message.Reliability(rating.source(), rating.answered(), rating.asked())));
      if (!rating.judged()) {
        continue;
      }
      Buffer buffer = buffers.computeIfAbsent(rating.source(), source -> new Buffer());
      buffer.useful += rating.useful();
      buffer.neutral += rating.neutral();
      buffer.harmful += rating.harmful();
      buffer.variance += outcomes.noiseStddev() * outcomes.noiseStddev();
      buffer.raters.add(rater);
      if (buffer.raters.size() >= LEAST_RATERS) {
        released.add(
            toMonitor(
                new Message.OutcomeSum(
                    rating.source(),
                    buffer.useful,
                    buffer.neutral,
                    buffer.harmful,
                    List.copyOf(buffer.raters),
                    Math.sqrt(buffer.variance))));
        buffers.remove(rating.source());
      }
    }
    return released;
  }

  private static Envelope toMonitor(Message message) {
    return new Envelope(Envelope.ORCHESTRATOR, Envelope.MONITOR, message);
  }

  State state() {
    Map<String, double[]> sums = new TreeMap<>();
    Map<String, List<String>> raters = new TreeMap<>();
    buffers.forEach(
        (source, buffer) -> {
          sums.put(
              source.name(),
              new double[] {buffer.useful, buffer.neutral, buffer.harmful, buffer.variance});
          raters.put(source.name(), buffer.raters.stream().map(DeviceId::name).toList());
        });
    return new State(sums, raters);
  }

  void restore(State state) {
    buffers.clear();
    state
        .sums()
        .forEach(
            (source, sums) -> {
              Buffer buffer = new Buffer();
              buffer.useful = sums[0];
              buffer.neutral = sums[1];
              buffer.harmful = sums[2];
              buffer.variance = sums[3];
              Objects.requireNonNull(state.raters().get(source), source)
                  .forEach(name -> buffer.raters.add(new DeviceId(name)));
              buffers.put(new DeviceId(source), buffer);
            });
  }
}
