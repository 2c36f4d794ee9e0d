package dev.kula.audit;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What ε a mechanism has at least, from how well an attack told two neighbours apart: (ε,
 * δ)-privacy allows no event E with P(E | with) &gt; e^ε P(E | without) + δ, nor the reverse
 * (Kairouz, Oh and Viswanath 2015; Jagielski, Ullman and Oprea 2020).
 *
 * <p>The event, a threshold and whether scores above it speak for the record or scores below it
 * against, is chosen on trials that are then not counted, so that one event is tested and there is
 * nothing to correct for. Both of its rates get a one-sided {@link ClopperPearson} limit at half
 * the error, so that with chance {@link #CONFIDENCE} or more ε really is at least {@link #epsilon}.
 * Assumes that trials are independent. With n trials on each side the bound cannot exceed about
 * ln(n/3.7), however bad the mechanism is.
 *
 * @param epsilon ε, 0 if the trials show nothing, never infinite
 * @param gaussianEpsilon what ε would be at least, <b>if</b> the mechanism were as hard to attack
 *     as a Gaussian with some μ: from both rates at a threshold chosen likewise (Nasr et al. 2023,
 *     <i>Tight Auditing of Differentially Private Machine Learning</i>, section 4). Exact for whole
 *     changes, an approximation for noised steps on Poisson samples
 * @param event what was tested for {@code epsilon}
 * @param counts how often it happened
 */
public record EpsilonBound(double epsilon, double gaussianEpsilon, Event event, Counts counts) {
  /** One-sided. */
  public static final double CONFIDENCE = 0.95;

  /** From one rank that is tried as a threshold to the next. */
  private static final double DENSITY = 1.05;

  /** Which way a score speaks. */
  public enum Evidence {
    /** A score at the threshold or above: the record was there. */
    PRESENCE,
    /** A score below the threshold: it was not. */
    ABSENCE
  }

  /** Something an attacker can see, or not. */
  public record Event(double threshold, Evidence evidence) {
    Counts count(MembershipScores scores) {
      return count(new Sorted(scores));
    }

    private Counts count(Sorted scores) {
      int members = scores.members().length;
      int others = scores.others().length;
      int membersAbove = members - below(scores.members());
      int othersAbove = others - below(scores.others());
      return switch (evidence) {
        case PRESENCE -> new Counts(membersAbove, members, othersAbove, others);
        case ABSENCE -> new Counts(others - othersAbove, others, members - membersAbove, members);
      };
    }

    private int below(double[] sorted) {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] < threshold) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }

  /** Scores in order. */
  private record Sorted(double[] members, double[] others) {
    Sorted(MembershipScores scores) {
      this(scores.members().clone(), scores.others().clone());
      Arrays.sort(members);
      Arrays.sort(others);
    }
  }

  /**
   * How often an event happened.
   *
   * @param hits under the neighbour that it speaks for
   * @param hitTrials trials of that neighbour, at least 1
   * @param alarms under the other neighbour
   * @param alarmTrials trials of that one, at least 1
   */
  public record Counts(int hits, int hitTrials, int alarms, int alarmTrials) {
    /**
     * ln((P(hit) − δ)/P(alarm)) at the limits that are worst for the attacker; 0 if that is less.
     */
    public double epsilon(double delta, double confidence) {
      double each = 1 - (1 - confidence) / 2;
      double hit = ClopperPearson.lower(hits, hitTrials, each);
      double alarm = ClopperPearson.upper(alarms, alarmTrials, each);
      return hit <= delta ? 0 : Math.max(0, Math.log((hit - delta) / alarm));
    }

    private double gaussianEpsilon(double delta, double confidence) {
      double each = 1 - (1 - confidence) / 2;
      double miss = ClopperPearson.upper(hitTrials - hits, hitTrials, each);
      double alarm = ClopperPearson.upper(alarms, alarmTrials, each);
      return GaussianTradeoff.of(alarm, miss).epsilon(delta);
    }
  }

  /**
   * The bound at {@link #CONFIDENCE}.
   *
   * @param choosing trials that choose the event
   * @param testing others, independent of them, that are counted
   * @param delta δ, in [0, 1)
   */
  public static EpsilonBound of(MembershipScores choosing, MembershipScores testing, double delta) {
    if (!(delta >= 0 && delta < 1)) {
      throw new IllegalArgumentException("delta is " + delta + ", must be in [0, 1)");
    }
    Event event = best(choosing, counts -> counts.epsilon(delta, CONFIDENCE));
    Event gaussian = best(choosing, counts -> counts.gaussianEpsilon(delta, CONFIDENCE));
    Counts counts = event.count(testing);
    return new EpsilonBound(
        counts.epsilon(delta, CONFIDENCE),
        gaussian.count(testing).gaussianEpsilon(delta, CONFIDENCE),
        event,
        counts);
  }

  private static Event best(MembershipScores scores, ToDoubleFunction<Counts> worth) {
    double[] thresholds =
        DoubleStream.concat(Arrays.stream(scores.members()), Arrays.stream(scores.others()))
            .sorted()
            .distinct()
            .toArray();
    Sorted sorted = new Sorted(scores);
    Event best = new Event(thresholds[thresholds.length / 2], Evidence.PRESENCE);
    double most = 0;
    for (int i : spread(thresholds.length)) {
      for (Evidence evidence : Evidence.values()) {
        Event event = new Event(thresholds[i], evidence);
        double epsilon = worth.applyAsDouble(event.count(sorted));
        if (epsilon > most) {
          best = event;
          most = epsilon;
        }
      }
    }
    return best;
  }

  /** Some of the ranks 0 to size − 1, dense at both ends, where attackers are surest. */
  private static int[] spread(int size) {
    IntStream.Builder ranks = IntStream.builder();
    double last = -1;
    for (double rank = 0; rank < size; rank = Math.max(rank + 1, rank * DENSITY)) {
      int near = (int) rank;
      if (near > last) {
        ranks.add(near);
        ranks.add(size - 1 - near);
        last = near;
      }
    }
    return ranks.build().sorted().distinct().toArray();
  }
}
