package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.device.Holdings;
import dev.kula.device.Message;
import dev.kula.device.Settlement;
import dev.kula.model.Samples;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The examiner of a run: the only one who sees test results and outcomes in the clear. Nothing it
 * knows flows back to a device, a plan or a gate. Whoever attacks is not examined: a model that was
 * trained to be wrong says nothing of how honest devices fare.
 */
final class Evaluator {
  private final TrainingEngine engine;
  private final @Nullable Samples globalExam;
  private final Recovery recovery;
  private final DriftWatch watch;
  private final Set<DeviceId> attackers;
  private final boolean seesSwaps;
  private final Map<DeviceId, Message.Examined> examined = new TreeMap<>();
  private final Map<String, Double> given = new TreeMap<>();
  private final List<RunEvent> changes = new ArrayList<>();
  private List<DeviceId> scored = List.of();
  private SwapCounts swaps = SwapCounts.NONE;
  private Traffic swapTraffic = Traffic.NONE;

  /**
   * What has to survive a restart.
   *
   * @param swaps settled so far
   * @param copies what only settlements tell of traffic
   * @param given samples by source
   * @param recovery after changes
   * @param watch for changes that nobody knows of
   */
  record State(
      SwapCounts swaps,
      Traffic copies,
      Map<String, Double> given,
      Recovery.State recovery,
      DriftWatch.State watch) {}

  /**
   * Scores of one round, over honest devices: of those that tell of their exam; not a number where
   * one does not, or none does.
   */
  record Scores(
      double mean,
      double worstDecile,
      double sd,
      double loss,
      List<Double> perDevice,
      List<OptionalDouble> withoutSwaps,
      List<Double> spentEpsilon,
      SortedSet<String> withoutNoise,
      List<Optional<Holdings>> holdings) {
    static final Scores NONE =
        new Scores(0, 0, 0, 0, List.of(), List.of(), List.of(), new TreeSet<>(), List.of());

    /** Largest epsilon; infinite if anything went out without noise. */
    double epsilonMax() {
      return withoutNoise.isEmpty() ? noisedEpsilonMax() : Double.POSITIVE_INFINITY;
    }

    double noisedEpsilonMax() {
      return spentEpsilon.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
  }

  /**
   * An evaluator.
   *
   * @param globalExam class-balanced test samples; null if there is no global model to examine
   * @param changes rounds in which what a device meets changes, ascending
   * @param streamed how many rows that are new to it each device is examined on, by the first round
   *     with these rows; empty where it is known what changes when
   * @param attackers devices whose examinations do not count
   * @param seesSwaps whether devices say in the clear what came of orders
   */
  Evaluator(
      TrainingEngine engine,
      @Nullable Samples globalExam,
      Map<DeviceId, List<Integer>> changes,
      Map<DeviceId, NavigableMap<Integer, Integer>> streamed,
      Set<DeviceId> attackers,
      boolean seesSwaps) {
    this.engine = engine;
    this.globalExam = globalExam;
    this.recovery = new Recovery(changes);
    this.watch = new DriftWatch(streamed, engine.task() instanceof Task.Regression);
    this.attackers = Set.copyOf(attackers);
    this.seesSwaps = seesSwaps;
  }

  void examined(DeviceId device, Message.Examined message) {
    if (!attackers.contains(device)) {
      examined.put(device, message);
    }
  }

  void ordered(int orders) {
    swaps = swaps.plus(new SwapCounts(orders, 0, 0, 0));
  }

  /** Takes in what came of an order; base data are no swap. */
  RunEvent settled(int round, Settlement settlement) {
    String ending = settlement.ending().name().toLowerCase(Locale.ROOT);
    swaps =
        swaps.plus(
            switch (settlement.ending()) {
              case ACCEPTED -> new SwapCounts(0, 1, 0, 0);
              case REJECTED -> new SwapCounts(0, 0, 1, 0);
              case EXPIRED -> new SwapCounts(0, 0, 0, 1);
            });
    given.merge(settlement.order().source().name(), (double) settlement.samples(), Double::sum);
    copied(settlement);
    return new RunEvent.Settled(
        round,
        settlement.order().number(),
        settlement.order().receiver().name(),
        settlement.order().source().name(),
        ending,
        boxed(settlement.lossWithout()),
        boxed(settlement.lossWith()),
        settlement.samples(),
        settlement.bytes(),
        settlement.reason());
  }

  /**
   * Notes an order that never reached its receiver, which was away; if receivers say nothing of
   * those that reach them, nobody knows.
   */
  Optional<RunEvent> unreached(int round, SwapOrder order) {
    if (!seesSwaps) {
      return Optional.empty();
    }
    swaps = swaps.plus(new SwapCounts(0, 0, 0, 1));
    return Optional.of(
        new RunEvent.Settled(
            round,
            order.number(),
            order.receiver().name(),
            order.source().name(),
            "expired",
            null,
            null,
            0,
            0,
            "the receiver was away"));
  }

  /** Notes what raw copies would have cost. */
  void copied(Settlement settlement) {
    swapTraffic =
        swapTraffic.plus(
            new Traffic(0, 0, 0, settlement.cacheHitBytes(), 0, settlement.asCopyBytes(), 0));
  }

  private static @Nullable Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  /** Scores of the honest devices examined since the last call, in the order of their names. */
  Scores scores() {
    List<Double> perDevice = new ArrayList<>();
    List<OptionalDouble> without = new ArrayList<>();
    List<Double> epsilons = new ArrayList<>();
    List<Optional<Holdings>> holdings = new ArrayList<>();
    SortedSet<String> withoutNoise = new TreeSet<>();
    List<Double> losses = new ArrayList<>();
    for (Message.Examined message : examined.values()) {
      perDevice.add(score(message).orElse(Double.NaN));
      message.personal().ifPresent(personal -> losses.add(personal.loss()));
      without.add(message.withoutSwaps());
      epsilons.add(message.spentEpsilon());
      withoutNoise.addAll(message.withoutNoise());
      holdings.add(message.holdings());
    }
    examined.forEach(
        (device, message) ->
            score(message)
                .ifPresent(
                    score -> {
                      recovery.examined(device, message.round(), score);
                      watch.examined(device, message.round(), score).ifPresent(changes::add);
                    }));
    scored = List.copyOf(examined.keySet());
    examined.clear();
    double[] sorted =
        perDevice.stream()
            .mapToDouble(Double::doubleValue)
            .filter(score -> !Double.isNaN(score))
            .sorted()
            .toArray();
    double none = perDevice.isEmpty() ? 0 : Double.NaN;
    int worst = Math.max(1, sorted.length / 10);
    double mean = Arrays.stream(sorted).average().orElse(none);
    double variance = 0;
    for (double score : sorted) {
      variance += (score - mean) * (score - mean) / Math.max(1, sorted.length - 1);
    }
    double decile = Arrays.stream(sorted).limit(worst).average().orElse(none);
    return new Scores(
        mean,
        decile,
        Math.sqrt(variance),
        losses.stream().mapToDouble(loss -> loss / losses.size()).sum(),
        perDevice,
        without,
        epsilons,
        withoutNoise,
        holdings);
  }

  private Optional<Double> score(Message.Examined message) {
    return message.personal().map(personal -> personal.score(engine.task()));
  }

  /** Devices whose scores the last {@link #scores} were, in that order. */
  List<DeviceId> scored() {
    return scored;
  }

  /**
   * Score of the global model on the balanced exam, or the mean over honest devices of the scores
   * of their groups' models; null if there is none.
   */
  @Nullable Double global(List<float[]> models, List<List<DeviceId>> members) {
    Samples exam = globalExam;
    if (exam == null) {
      return null;
    }
    long devices = members.stream().mapToLong(this::honest).sum();
    double sum = 0;
    for (int group = 0; group < models.size(); group++) {
      double share = models.size() == 1 ? 1 : (double) honest(members.get(group)) / devices;
      if (share > 0) {
        sum += share * engine.evaluate(models.get(group), exam).score(engine.task());
      }
    }
    return sum;
  }

  private long honest(List<DeviceId> devices) {
    return devices.stream().filter(device -> !attackers.contains(device)).count();
  }

  /** How devices do after what they meet has changed. */
  Recovery recovery() {
    return recovery;
  }

  /** What it finds to have changed where nobody knows. */
  DriftWatch watch() {
    return watch;
  }

  /** Changes found since last asked. */
  List<RunEvent> takeChanges() {
    List<RunEvent> taken = List.copyOf(changes);
    changes.clear();
    return taken;
  }

  SwapCounts swaps() {
    return swaps;
  }

  Traffic copies() {
    return swapTraffic;
  }

  double given(DeviceId source) {
    return given.getOrDefault(source.name(), 0.0);
  }

  State state() {
    return new State(swaps, swapTraffic, new TreeMap<>(given), recovery.state(), watch.state());
  }

  void restore(State state) {
    swaps = state.swaps();
    swapTraffic = state.copies();
    given.clear();
    given.putAll(state.given());
    recovery.restore(state.recovery());
    watch.restore(state.watch());
  }
}
