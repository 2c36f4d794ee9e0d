package dev.kula.aggregate;

import dev.kula.KulaException;

/**
 * How updates fold into the next global model: {@link #init} gives an empty {@link PartialSum} that
 * accumulates, merges and finishes. Strategies are immutable and thread safe; their partial sums
 * are not.
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

  /** Nothing folded yet, for a model of {@code parameters} numbers. */
  PartialSum init(int parameters);

  /**
   * Reads {@code fedavg}, {@code fedprox} (μ = 0.01) or {@code fedprox:MU}.
   *
   * @throws KulaException blaming the user for anything else
   */
  static AggregationStrategy parse(String text) {
    if (text.equals(FederatedAveraging.NAME)) {
      return new FederatedAveraging();
    }
    if (text.equals(FederatedProximal.NAME)) {
      return new FederatedProximal(FederatedProximal.DEFAULT_MU);
    }
    if (text.startsWith(FederatedProximal.NAME + ":")) {
      String mu = text.substring(FederatedProximal.NAME.length() + 1);
      try {
        return new FederatedProximal(Double.parseDouble(mu));
      } catch (IllegalArgumentException e) {
        throw KulaException.user(
            "strategy '%s' has MU '%s', must be a number of 0 or more; try 'fedprox:0.01'"
                .formatted(text, mu),
            e);
      }
    }
    throw KulaException.user(
        "strategy is '%s', must be 'fedavg', 'fedprox' or 'fedprox:MU'; try 'fedavg'"
            .formatted(text));
  }
}
