package dev.kula.round;

import org.jspecify.annotations.Nullable;

/**
 * One round of one run, a line of {@code rounds.jsonl}. Accuracies are fractions of 1 on the
 * devices' test sets, read by the evaluator alone.
 *
 * @param method name of the method, as in the summary
 * @param seed seed of the run
 * @param round from 1
 * @param cohort devices whose updates were folded
 * @param trainingLoss mean loss of the cohort in its last local epoch
 * @param personalAccuracy mean over honest devices that tell it; not a number if none does
 * @param worstDecile mean over the worst tenth of the honest devices
 * @param personalLoss mean over honest devices
 * @param globalAccuracy mean over devices of the global model on a class-balanced test set; null
 *     where there is no global model
 * @param simulatedSeconds virtual time since the start; measured where devices have data of their
 *     own
 * @param bytes moved since the start
 * @param swaps since the start
 * @param epsilonMax largest epsilon that any device has spent, infinite if a release had no noise
 * @param wallSeconds real time since the start of the process's part of the run
 */
public record RoundRecord(
    String method,
    long seed,
    int round,
    int cohort,
    double trainingLoss,
    double personalAccuracy,
    double worstDecile,
    double personalLoss,
    @Nullable Double globalAccuracy,
    double simulatedSeconds,
    Traffic bytes,
    SwapCounts swaps,
    double epsilonMax,
    double wallSeconds) {
  /** The same with another real time, such as 0 to compare runs, which differ in nothing else. */
  public RoundRecord withWallSeconds(double other) {
    return new RoundRecord(
        method,
        seed,
        round,
        cohort,
        trainingLoss,
        personalAccuracy,
        worstDecile,
        personalLoss,
        globalAccuracy,
        simulatedSeconds,
        bytes,
        swaps,
        epsilonMax,
        other);
  }
}
