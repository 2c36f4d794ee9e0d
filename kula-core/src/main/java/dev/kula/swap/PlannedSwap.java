package dev.kula.swap;

import dev.kula.monitor.Similarity;

/**
 * An order together with its reasons, which stay at the monitor.
 *
 * @param order what is asked
 * @param deficit share of the receiver's target that its ledger lacks, in [0, 1]
 * @param coverage share of that deficit in labels the source holds, in [0, 1]
 * @param similarity of the two devices by component
 * @param reputation of the source, in [0, 1]
 * @param score by which it was ranked; higher first
 * @param why one sentence
 */
public record PlannedSwap(
    SwapOrder order,
    double deficit,
    double coverage,
    Similarity similarity,
    double reputation,
    double score,
    String why) {
  /** The same with another number. */
  PlannedSwap numbered(long number) {
    return new PlannedSwap(
        order.numbered(number), deficit, coverage, similarity, reputation, score, why);
  }
}
