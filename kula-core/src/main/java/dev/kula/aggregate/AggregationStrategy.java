package dev.kula.aggregate;

import dev.kula.KulaException;

/**
 * How updates fold into the next global model: {@link #init} gives an empty {@link PartialSum} that
 * accumulates, merges and finishes; of what it says, {@link #optimizer} makes the model. Strategies
 * are immutable and thread safe; their partial sums are not.
 */
public interface AggregationStrategy {
  /** As {@link #parse} reads it. */
  String name();

  /** μ of the proximal term that devices add to their local loss; 0 for none. */
  double proximalMu();

  /** Whether a partial sum must be given an update that the server itself trusts. */
  default boolean needsRoot() {
    return false;
  }

  /** What devices are sent as the global model. */
  default Broadcast broadcast() {
    return Broadcast.ONE_MODEL;
  }

  /** What the server makes of the mean update. */
  default ServerOptimizer optimizer() {
    return ServerOptimizer.NONE;
  }

  /**
   * Bytes of an update that is sent as it is.
   *
   * @param parameters numbers in the broadcast
   */
  default long updateBytes(int parameters) {
    return (long) parameters * Float.BYTES;
  }

  /** Nothing folded yet, for a broadcast of {@code parameters} numbers. */
  PartialSum init(int parameters);

  /**
   * Reads {@code fedavg}, {@code fedprox[:MU]} (μ = 0.01), {@code fedavgm[:BETA]} (β = 0.9), {@code
   * fedadam[:ETA]}, {@code fedyogi[:ETA]} (η = 0.01), {@code fednova}, {@code scaffold}, or the
   * name of a strategy that a {@link StrategyProvider} makes.
   *
   * @throws KulaException blaming the user for anything else
   */
  static AggregationStrategy parse(String text) {
    return StrategyText.parse(text);
  }
}
