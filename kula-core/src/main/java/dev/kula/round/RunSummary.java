package dev.kula.round;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code summary.json} holds; {@code docs/formats.md} describes it. Accuracies are fractions
 * of 1 in the last round unless the name says otherwise.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}
 * @param command {@code simulate}, {@code compare} or {@code advise}
 * @param configuration every setting in force, by flag name
 * @param data what was trained on
 * @param targetAccuracy personal accuracy that {@code roundsToTarget} refers to
 * @param targetRule where that figure comes from
 * @param methods at least one
 * @param comparisons paired differences against {@code FedAvg + fine-tune}; empty for simulate
 */
public record RunSummary(
    int schemaVersion,
    String command,
    Map<String, Object> configuration,
    DataSummary data,
    double targetAccuracy,
    String targetRule,
    List<MethodSummary> methods,
    List<Comparison> comparisons) {
  /** Version of the layout of this record; a change that breaks readers raises it. */
  public static final int SCHEMA_VERSION = 1;

  /**
   * The data set.
   *
   * @param name as given to {@code --data}
   * @param task {@code classification} or {@code regression}
   * @param samples in all
   * @param base samples in the operator's base set
   * @param devices number of devices
   * @param labels names of the label bins
   * @param elsewhere whether devices have data of their own, of which {@code name} is an example;
   *     times are then as they were measured
   */
  public record DataSummary(
      String name,
      String task,
      int samples,
      int base,
      int devices,
      List<String> labels,
      boolean elsewhere) {}

  /**
   * One method, over its seeds: figures are means over seeds, counts and bytes too.
   *
   * @param name such as {@code deficit swaps}
   * @param seeds seeds run
   * @param rounds rounds run, mean over seeds
   * @param stopped why the last run ended
   * @param personalAccuracy of the personal models on the devices' test sets
   * @param overTime mean over rounds of the mean accuracy of the devices that were there
   * @param recovery mean accuracy by rounds since what a device meets changed, or since it joined,
   *     its first round first; empty if neither happened
   * @param bestPersonalAccuracy mean accuracy in the best round: beside the last, never instead
   * @param bestRound the round of the first seed in which it was best
   * @param globalAccuracy of the global model on a class-balanced test set; null where there is no
   *     global model
   * @param roundsToTarget first round at or above the target, mean over seeds; null unless every
   *     seed reached it
   * @param simulatedSecondsToTarget virtual time of that round, likewise
   * @param simulatedSeconds virtual time of a whole run; measured where devices have data of their
   *     own
   * @param bytes moved in a run
   * @param epsilon of the devices' privacy accounts
   * @param swaps in a run
   * @param wallSeconds real time of a run
   * @param perSeed the figures of each seed
   * @param devices each honest device of the first seed
   */
  public record MethodSummary(
      String name,
      List<Long> seeds,
      double rounds,
      String stopped,
      PersonalAccuracy personalAccuracy,
      double overTime,
      List<Double> recovery,
      double bestPersonalAccuracy,
      int bestRound,
      @Nullable Double globalAccuracy,
      @Nullable Double roundsToTarget,
      @Nullable Double simulatedSecondsToTarget,
      double simulatedSeconds,
      Traffic bytes,
      Epsilon epsilon,
      SwapCounts swaps,
      double wallSeconds,
      List<SeedResult> perSeed,
      List<DeviceResult> devices) {}

  /**
   * Accuracy of the personal models of honest devices.
   *
   * @param mean over devices
   * @param worstDecile mean over the worst tenth of the devices, at least one device
   * @param sd over devices
   * @param perDevice each honest device of each seed, seed by seed
   */
  public record PersonalAccuracy(
      double mean, double worstDecile, double sd, List<Double> perDevice) {}

  /**
   * Privacy spent, (ε, δ = 1e-5), add-or-remove-one-record neighbours.
   *
   * @param max largest of any device; infinite if any release was made without noise
   * @param mean over devices
   * @param noised largest epsilon over the noised releases alone
   * @param withoutNoise the releases that had no noise, by name; empty if all had
   */
  public record Epsilon(double max, double mean, double noised, List<String> withoutNoise) {}

  /**
   * One seed of one method.
   *
   * @param overTime mean over rounds
   * @param recovery mean accuracy by rounds since a change; empty if nothing changed
   * @param roundsToTarget null if never reached
   * @param groups what trials of groups came to; null if there were none
   * @param ignored what servers ignored of what devices sent, by kind; null if nothing
   * @param detected changes that were found in a stream; null where none were looked for
   */
  public record SeedResult(
      long seed,
      double personalAccuracy,
      double worstDecile,
      double overTime,
      List<Double> recovery,
      double bestPersonalAccuracy,
      @Nullable Double globalAccuracy,
      @Nullable Integer roundsToTarget,
      @Nullable Double simulatedSecondsToTarget,
      Traffic bytes,
      double epsilonMax,
      SwapCounts swaps,
      double wallSeconds,
      @Nullable GroupTrials groups,
      @Nullable List<IgnoredMessages> ignored,
      @Nullable DetectedChanges detected) {
    /** Mean accuracy in the rounds after a change; null if nothing changed. */
    public @Nullable Double afterChange() {
      return recovery.isEmpty()
          ? null
          : recovery.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
  }

  /**
   * What searches for groups of devices that serve each other came to: of the search that found
   * them, else of the last.
   *
   * @param round of that search
   * @param sizes devices of each group, largest first; a single one if none are worth it
   * @param gain of the groups that were found, the first of that number; the largest if none were;
   *     null if none could be tried
   * @param gains of all divisions that were tried, as in {@link RunEvent.Grouped}
   */
  public record GroupTrials(
      int round, List<Integer> sizes, RunEvent.@Nullable Gain gain, List<RunEvent.Gain> gains) {
    /** What a search came to. */
    public static GroupTrials of(RunEvent.Grouped search) {
      int count = search.groups().size();
      return new GroupTrials(
          search.round(),
          search.groups().stream().map(List::size).sorted(Comparator.reverseOrder()).toList(),
          search.gains().stream()
              .filter(gain -> count < 2 || gain.groups() == count)
              .reduce((one, next) -> count > 1 || one.gain() >= next.gain() ? one : next)
              .orElse(null),
          search.gains());
    }

    /** Whether there are groups that are worth it. */
    public boolean found() {
      return sizes.size() > 1;
    }
  }

  /**
   * Changes that were found in a stream, each where the score of a personal model has fallen on
   * rows that it had not been trained on. Another method may find others, so that these figures say
   * how a method does after its own falls, and not which does better.
   *
   * @param changes how many, over all devices
   * @param devices on how many devices
   * @param before mean score before them; 0 if there are none
   * @param curve mean score by rounds since a change, its first round first
   * @param recovered how many were made good: the mean of three rounds is 95 % of what it was
   *     before
   * @param roundsToRecover within which half of them were; null if fewer were
   */
  public record DetectedChanges(
      int changes,
      int devices,
      double before,
      List<Double> curve,
      int recovered,
      @Nullable Integer roundsToRecover) {
    /** Mean score in the rounds after a change; 0 if there are none. */
    public double after() {
      return curve.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
  }

  /**
   * Messages of which servers ignored something, as no device may send it.
   *
   * @param what it was
   * @param messages how many
   */
  public record IgnoredMessages(String what, int messages) {}

  /**
   * One device at the end of a run.
   *
   * @param device name
   * @param trainSamples its own training samples; 0 where only the device knows
   * @param accuracyWithoutSwaps of a personal model made from the last global model without what
   *     swaps brought into the personal ledger
   * @param accuracy of its personal model
   * @param labelsBefore label bins of its own training share, counts
   * @param labelsAfter label bins of its personal ledger, pointers into other devices included
   * @param epsilon spent, noised releases alone
   * @param spentInRound round in which its account refused a release; null if never
   * @param reputation in [0, 1], as the monitor sees it
   * @param given samples that others may use through accepted swaps
   * @param received samples that it may use through accepted swaps
   */
  public record DeviceResult(
      String device,
      int trainSamples,
      double accuracyWithoutSwaps,
      double accuracy,
      List<Double> labelsBefore,
      List<Double> labelsAfter,
      double epsilon,
      @Nullable Integer spentInRound,
      double reputation,
      double given,
      double received) {}

  /**
   * A method against the reference, paired by seed.
   *
   * @param method the method
   * @param reference what it is compared with
   * @param meanDifference personal accuracy, method − reference, mean over seeds
   * @param low lower end of the 95 % interval (Student's t over seeds); null with one seed
   * @param high upper end; null with one seed
   * @param worstDecileDifference likewise for the worst decile
   * @param overTime the same of the mean over rounds
   * @param afterChange the same of the mean over the rounds after a change; null if nothing changed
   */
  public record Comparison(
      String method,
      String reference,
      double meanDifference,
      @Nullable Double low,
      @Nullable Double high,
      double worstDecileDifference,
      Difference overTime,
      @Nullable Difference afterChange) {}

  /**
   * A difference of a figure, paired by seed.
   *
   * @param mean over seeds
   * @param low lower end of the 95 % interval (Student's t over seeds); null with one seed
   * @param high upper end; null with one seed
   */
  public record Difference(double mean, @Nullable Double low, @Nullable Double high) {}
}
