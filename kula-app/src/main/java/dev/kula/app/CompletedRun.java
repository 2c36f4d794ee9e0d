package dev.kula.app;

import dev.kula.round.Comparisons;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunResult;
import dev.kula.round.RunSummary;
import java.util.List;
import java.util.Optional;

/**
 * A run that has ended, without its models: what summaries are made of. Plain data, kept in
 * checkpoints of a command that has more runs to do.
 *
 * @param method its name
 * @param seed its seed
 * @param history every round
 * @param stopped why it ended
 * @param accuracy of the personal models in the last round
 * @param recovery mean score by rounds since a change
 * @param detected changes that were found in a stream; empty where none were looked for
 * @param epsilon spent
 * @param devices each device
 */
record CompletedRun(
    String method,
    long seed,
    List<RoundRecord> history,
    String stopped,
    RunSummary.PersonalAccuracy accuracy,
    List<Double> recovery,
    Optional<RunSummary.DetectedChanges> detected,
    RunSummary.Epsilon epsilon,
    List<RunSummary.DeviceResult> devices) {
  static CompletedRun of(RunResult result) {
    return new CompletedRun(
        result.settings().method(),
        result.settings().seed().value(),
        result.history(),
        result.stopped(),
        result.accuracy(),
        result.recovery(),
        result.detected(),
        result.epsilon(),
        result.devices());
  }

  /**
   * Its figures.
   *
   * @param targetAccuracy what counts as having reached the target
   * @param events what the events of all runs tell
   */
  Comparisons.SeedRun figures(double targetAccuracy, EventDigest events) {
    RoundRecord last = history.getLast();
    RoundRecord best = last;
    for (RoundRecord round : history) {
      best = round.personalAccuracy() > best.personalAccuracy() ? round : best;
    }
    Optional<RoundRecord> reached =
        history.stream().filter(round -> round.personalAccuracy() >= targetAccuracy).findFirst();
    RunSummary.SeedResult result =
        new RunSummary.SeedResult(
            seed,
            accuracy.mean(),
            accuracy.worstDecile(),
            history.stream().mapToDouble(RoundRecord::personalAccuracy).average().orElseThrow(),
            recovery,
            best.personalAccuracy(),
            last.globalAccuracy(),
            reached.isPresent() ? reached.get().round() : null,
            reached.isPresent() ? reached.get().simulatedSeconds() : null,
            last.bytes(),
            epsilon.max(),
            last.swaps(),
            last.wallSeconds(),
            events.groups(method, seed),
            events.ignored(method, seed),
            detected.orElse(null));
    return new Comparisons.SeedRun(
        result, last.round(), stopped, best.round(), last.simulatedSeconds(), epsilon, devices);
  }
}
