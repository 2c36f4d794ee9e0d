package dev.kula.round;

import dev.kula.Seed;
import dev.kula.aggregate.Broadcast;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.device.Holdings;
import dev.kula.device.PersonalModel;
import dev.kula.device.PrivacySettings;
import dev.kula.fleet.Fleet;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The servers of a run, on any fleet: orchestrator, monitor and evaluator, and the round loop that
 * drives them. They know nothing of samples but those of the operator's own exam.
 *
 * <p>One thread drives it.
 */
public final class Servers {
  private final RoundSettings settings;
  private final TrainingEngine engine;
  private final Monitor monitor;
  private final Evaluator evaluator;
  private final RoundLoop loop;

  /**
   * What the evaluator is told of the fleet.
   *
   * @param global class-balanced test samples of the operator; null if there are none, or no global
   *     model to examine
   * @param changes rounds in which what a device meets changes, ascending; empty if nobody knows
   * @param streamed how many rows that are new to it each device is examined on, by the first round
   *     with these rows; empty where it is known what changes when
   * @param attackers devices whose examinations do not count
   * @param seesSwaps whether devices say in the clear what came of orders, as in a simulation
   */
  public record Examination(
      @Nullable Samples global,
      Map<DeviceId, List<Integer>> changes,
      Map<DeviceId, NavigableMap<Integer, Integer>> streamed,
      Set<DeviceId> attackers,
      boolean seesSwaps) {}

  /**
   * Servers of a run that has not begun.
   *
   * @param fleet where devices live
   * @param settings of the servers
   * @param monitor of this run
   * @param privacy what releases of devices cost
   * @param labels bins in which labels are counted
   * @param engine makes the first model, and examines the global one; used by nobody else
   * @param examination what the evaluator is told
   * @param baseSamples size of the base set, 0 for none
   * @param listener is told of rounds
   */
  public Servers(
      Fleet fleet,
      RoundSettings settings,
      Monitor monitor,
      PrivacySettings privacy,
      LabelSpace labels,
      TrainingEngine engine,
      Examination examination,
      int baseSamples,
      RunListener listener) {
    this.settings = settings;
    this.engine = engine;
    this.monitor = monitor;
    this.evaluator =
        new Evaluator(
            engine,
            hasOneModel() ? examination.global() : null,
            examination.changes(),
            examination.streamed(),
            examination.attackers(),
            examination.seesSwaps());
    this.loop =
        new RoundLoop(
            fleet,
            settings,
            new Orchestrator(settings.seed(), settings.participation(), privacy),
            monitor,
            evaluator,
            listener,
            labels,
            baseSamples,
            initial());
  }

  private boolean hasOneModel() {
    return settings.personalization().hasGlobalModel()
        && settings.strategy().broadcast().models() == 1;
  }

  /** Each of several models starts elsewhere, and control variates at zero. */
  private float[] initial() {
    Broadcast broadcast = settings.strategy().broadcast();
    Seed seed = settings.seed().derive("initial");
    float[] first = engine.initialParameters(seed.generator());
    float[] all = Arrays.copyOf(first, broadcast.size(first.length));
    for (int model = 1; model < broadcast.models(); model++) {
      float[] next = engine.initialParameters(seed.derive(model).generator());
      System.arraycopy(next, 0, all, model * next.length, next.length);
    }
    return all;
  }

  /** Goes on after a checkpoint of a run with the same settings. */
  public void restore(RunState state) {
    loop.restore(state);
  }

  /** Runs to the end. */
  public void run() {
    loop.run();
  }

  /**
   * What servers know of devices: how they did in their last exam, what they have, and what they
   * have given.
   *
   * @param trainSamples that each trains on, in the order in which they are to be told of
   */
  public List<RunSummary.DeviceResult> known(SequencedMap<DeviceId, Integer> trainSamples) {
    List<Double> reputations = monitor.reputations(List.copyOf(trainSamples.keySet()));
    Map<DeviceId, Integer> places = new HashMap<>();
    evaluator.scored().forEach(device -> places.put(device, places.size()));
    List<RunSummary.DeviceResult> results = new ArrayList<>();
    for (Map.Entry<DeviceId, Integer> device : trainSamples.entrySet()) {
      DeviceId id = device.getKey();
      int place = places.getOrDefault(id, -1);
      results.add(known(id, place, device.getValue(), reputations.get(results.size())));
    }
    return results;
  }

  private RunSummary.DeviceResult known(
      DeviceId device, int index, int trainSamples, double reputation) {
    Evaluator.Scores scores = loop.scores();
    boolean examined = index >= 0;
    double accuracy = examined ? scores.perDevice().get(index) : 0;
    Optional<Holdings> holdings = examined ? scores.holdings().get(index) : Optional.empty();
    OptionalInt refused = holdings.map(Holdings::firstRefusal).orElse(OptionalInt.empty());
    return new RunSummary.DeviceResult(
        device.name(),
        trainSamples,
        examined ? scores.withoutSwaps().get(index).orElse(accuracy) : 0,
        accuracy,
        holdings.map(one -> doubles(one.own())).orElse(List.of()),
        holdings.map(one -> doubles(one.ledger())).orElse(List.of()),
        examined ? scores.spentEpsilon().get(index) : 0,
        refused.isPresent() ? refused.getAsInt() : null,
        reputation,
        evaluator.given(device),
        holdings.map(Holdings::received).orElse(0));
  }

  private static List<Double> doubles(List<Integer> counts) {
    return counts.stream().map(Integer::doubleValue).toList();
  }

  /**
   * What the run ended with.
   *
   * @param devices what is known of each
   * @param personal models, by device, as far as they are here
   */
  public RunResult result(
      List<RunSummary.DeviceResult> devices, Map<String, PersonalModel> personal) {
    Evaluator.Scores scores = loop.scores();
    double mean = scores.spentEpsilon().stream().mapToDouble(e -> e).average().orElse(0);
    boolean allNoised = scores.withoutNoise().isEmpty();
    return new RunResult(
        settings,
        loop.history(),
        loop.stopped(),
        new RunSummary.PersonalAccuracy(
            scores.mean(), scores.worstDecile(), scores.sd(), scores.perDevice()),
        evaluator.recovery().curve(),
        evaluator.watch().result(),
        new RunSummary.Epsilon(
            scores.epsilonMax(),
            allNoised ? mean : Double.POSITIVE_INFINITY,
            scores.noisedEpsilonMax(),
            List.copyOf(scores.withoutNoise())),
        devices,
        engine.layout(),
        loop.models(),
        loop.groups().state().of(),
        personal);
  }
}
