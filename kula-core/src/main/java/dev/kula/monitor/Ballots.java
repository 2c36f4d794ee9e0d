package dev.kula.monitor;

import dev.kula.data.DeviceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What receivers say of sources, held back until {@link Reputation#LEAST_RATERS} of them have
 * spoken, so that whoever reads the sums cannot tell one receiver's verdicts from another's.
 *
 * <p>A ballot is handed out with an order, to its receiver, about its source; each planning voids
 * those of the one before. Whatever else comes is void and changes nothing: a rating without an
 * order, a second one, one of oneself, counts that are not numbers. What a valid ballot can say is
 * bounded by what an honest receiver could have said: counts by the number of orders and four
 * standard deviations of noise, the noise by what the orders and the privacy account explain. So a
 * liar weighs as much as its orders, and no more.
 *
 * <p>Not protected against: liars with orders, whose sums are as good as others'; see {@link
 * Reputation}. Where outcomes are noised, a liar may also pass off what it says as noise (Cheu,
 * Smith and Ullman 2021, <i>Manipulation Attacks in Local Differential Privacy</i>).
 *
 * <p>Deterministic. Not thread safe.
 */
public final class Ballots {
  /** Standard deviations of noise that a count may lie outside of what is possible without. */
  private static final double NOISE_DEVIATIONS = 4;

  /** For a sensitivity rounded up, and the grid of the noise. */
  private static final double ROUNDING = 1.01;

  /**
   * What a receiver says of one source.
   *
   * @param useful count, noised
   * @param neutral count, noised
   * @param harmful count, noised
   * @param noiseStddev in each of them; 0 for none
   */
  public record Verdicts(double useful, double neutral, double harmful, double noiseStddev) {
    boolean isSound() {
      return Double.isFinite(useful)
          && Double.isFinite(neutral)
          && Double.isFinite(harmful)
          && Double.isFinite(noiseStddev)
          && noiseStddev >= 0;
    }

    /** What could have been said with so many orders and no more noise than that. */
    Verdicts within(int orders, double mostNoise) {
      double noise = Math.min(noiseStddev, mostNoise);
      double slack = NOISE_DEVIATIONS * noise;
      return new Verdicts(
          Math.clamp(useful, -slack, orders + slack),
          Math.clamp(neutral, -slack, orders + slack),
          Math.clamp(harmful, -slack, orders + slack),
          noise);
    }
  }

  /**
   * Verdicts of several receivers on one source.
   *
   * @param verdicts their sums, and the noise in each
   * @param raters who is in the sums, sorted
   */
  public record Sum(DeviceId source, Verdicts verdicts, List<DeviceId> raters) {
    public Sum {
      raters = List.copyOf(raters);
    }
  }

  /**
   * All that a checkpoint needs: ballots are handed out and cast within one planning, so only what
   * is held back.
   *
   * @param sums by source: useful, neutral, harmful, variance of the noise in each
   * @param raters by source
   */
  public record State(Map<String, double[]> sums, Map<String, List<String>> raters) {}

  private static final class Held {
    double useful;
    double neutral;
    double harmful;
    double variance;
    final TreeSet<DeviceId> raters = new TreeSet<>();

    void add(DeviceId rater, Verdicts said) {
      useful += said.useful();
      neutral += said.neutral();
      harmful += said.harmful();
      variance += said.noiseStddev() * said.noiseStddev();
      raters.add(rater);
    }

    Verdicts sums() {
      return new Verdicts(useful, neutral, harmful, Math.sqrt(variance));
    }
  }

  private final double rho;

  /** Orders by receiver and source, of this planning. */
  private final Map<DeviceId, Map<DeviceId, Integer>> orders = new TreeMap<>();

  /** Ballots not cast yet. */
  private final Map<DeviceId, TreeSet<DeviceId>> blank = new TreeMap<>();

  private final Map<DeviceId, Held> held = new TreeMap<>();

  /**
   * No ballots yet.
   *
   * @param rho zCDP cost of one receiver's outcomes of one planning, from which follows how much
   *     noise they may carry; 0 or infinite where they carry none
   */
  public Ballots(double rho) {
    this.rho = rho;
  }

  /** A new planning: ballots of the one before are void. */
  public void open() {
    orders.clear();
    blank.clear();
  }

  /**
   * An order: {@code receiver} may rate {@code source}, once, whatever the number of its orders.
   */
  public void hand(DeviceId receiver, DeviceId source) {
    if (!receiver.equals(source)) {
      orders.computeIfAbsent(receiver, key -> new TreeMap<>()).merge(source, 1, Integer::sum);
      blank.computeIfAbsent(receiver, key -> new TreeSet<>()).add(source);
    }
  }

  /**
   * Uses up a ballot.
   *
   * @return orders that it stands for; 0 if there is none, and all that came with it is void
   */
  public int use(DeviceId rater, DeviceId source) {
    TreeSet<DeviceId> left = blank.get(rater);
    boolean had = left != null && left.remove(source);
    return had ? asked(rater).getOrDefault(source, 0) : 0;
  }

  /**
   * Counts what a used ballot says.
   *
   * @return the sum over receivers, when they are enough; it begins anew then
   */
  public Optional<Sum> count(DeviceId rater, DeviceId source, Verdicts said) {
    Map<DeviceId, Integer> asked = asked(rater);
    int ordered = asked.getOrDefault(source, 0);
    if (!said.isSound() || ordered == 0) {
      return Optional.empty();
    }
    Held sum = held.computeIfAbsent(source, key -> new Held());
    sum.add(rater, said.within(ordered, mostNoise(asked)));
    if (sum.raters.size() < Reputation.LEAST_RATERS) {
      return Optional.empty();
    }
    held.remove(source);
    return Optional.of(new Sum(source, sum.sums(), List.copyOf(sum.raters)));
  }

  private Map<DeviceId, Integer> asked(DeviceId rater) {
    return orders.getOrDefault(rater, Map.of());
  }

  /** Noise of a receiver, each of whose orders came to a verdict. */
  private double mostNoise(Map<DeviceId, Integer> asked) {
    if (!(rho > 0)) {
      return 0;
    }
    double squares = asked.values().stream().mapToDouble(count -> 2.0 * count * count).sum();
    return ROUNDING * Math.sqrt(squares / (2 * rho));
  }

  /** A copy for a checkpoint. */
  public State state() {
    Map<String, double[]> sums = new TreeMap<>();
    Map<String, List<String>> raters = new TreeMap<>();
    held.forEach(
        (source, sum) -> {
          sums.put(
              source.name(), new double[] {sum.useful, sum.neutral, sum.harmful, sum.variance});
          raters.put(source.name(), sum.raters.stream().map(DeviceId::name).toList());
        });
    return new State(sums, raters);
  }

  /** Goes on from where {@link #state} was taken. */
  public void restore(State state) {
    open();
    held.clear();
    state
        .raters()
        .forEach(
            (source, names) -> {
              Held sum = new Held();
              double[] sums = state.sums().getOrDefault(source, new double[4]);
              sum.useful = sums[0];
              sum.neutral = sums[1];
              sum.harmful = sums[2];
              sum.variance = sums[3];
              names.forEach(name -> sum.raters.add(new DeviceId(name)));
              held.put(new DeviceId(source), sum);
            });
  }
}
