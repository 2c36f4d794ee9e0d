package dev.kula.swap;

import dev.kula.KulaException;
import dev.kula.data.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What bounds a plan.
 *
 * @param budget share of a device's samples that one planning may move, in [0, 1]
 * @param exchange how samples are used; empty for whichever moves fewer bytes
 * @param selection how sources pick, where the policy does not say
 * @param sampleBytes of one raw sample
 * @param headBytes of the output layer
 * @param inDegree swaps that one device may receive in one planning, at least 1
 * @param outDegree swaps that one device may give in one planning, at least 1
 * @param similarityThreshold similarity below which the specification's rule swaps, in [0, 1]
 * @param lease how long leases last
 * @param trustedReputation reputation from which the gate's lower tolerance applies, in [0, 1]
 * @param modelBytes of the whole model
 * @param planBytes most bytes that the swaps of one plan may move over the whole fleet, 0 or more
 */
public record SwapSettings(
    double budget,
    Optional<Exchange> exchange,
    Selection selection,
    long sampleBytes,
    long headBytes,
    int inDegree,
    int outDegree,
    double similarityThreshold,
    Duration lease,
    double trustedReputation,
    long modelBytes,
    long planBytes) {
  public SwapSettings {
    if (!(budget >= 0 && budget <= 1)) {
      throw KulaException.user(
          "swap-budget is '%s', must be a share in [0, 1]; try 0.1".formatted(budget));
    }
    if (inDegree < 1 || outDegree < 1) {
      throw new IllegalArgumentException("degrees must be at least 1");
    }
  }

  /** Visits, a tenth of the data, two swaps in and two out, leases of an hour. */
  public static SwapSettings defaults(long sampleBytes, long headBytes, long modelBytes) {
    return new SwapSettings(
        0.1,
        Optional.of(Exchange.VISIT),
        Selection.DIVERSITY,
        sampleBytes,
        headBytes,
        2,
        2,
        0.7,
        Duration.ofHours(1),
        0.25,
        modelBytes,
        Long.MAX_VALUE);
  }

  /** The exchange for so many samples: as set, or the cheaper one; a visit moves the head twice. */
  public Exchange exchangeFor(int samples) {
    return exchange.orElseGet(
        () -> samples * sampleBytes <= 2 * headBytes ? Exchange.RAW : Exchange.VISIT);
  }

  /** What an order moves: samples as raw copies, a model there and back, or class sums. */
  long bytes(SwapOrder order) {
    return switch (order.exchange()) {
      case RAW -> order.samples() * sampleBytes;
      case VISIT -> 2 * headBytes;
      case WHOLE_VISIT -> 2 * modelBytes;
      case SYNTHETIC -> headBytes; // a count and a sum a class; the head has a bias and weights
    };
  }

  /** The first orders of a plan, best first, as far as the byte budget goes. */
  public List<PlannedSwap> withinBytes(List<PlannedSwap> plan) {
    long left = planBytes;
    List<PlannedSwap> kept = new ArrayList<>();
    for (PlannedSwap planned : plan) {
      long cost = bytes(planned.order());
      if (cost > left) {
        break;
      }
      left -= cost;
      kept.add(planned);
    }
    return kept;
  }
}
