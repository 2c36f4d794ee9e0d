package dev.kula.round;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.device.Personalization;
import dev.kula.fleet.Pace;
import dev.kula.model.TrainingPlan;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapSettings;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What the servers of one run are told.
 *
 * @param method name in reports
 * @param seed of cohorts and plans
 * @param rounds limit, at least 1
 * @param participation share of the available devices that a cohort has, in (0, 1]
 * @param examined share of the devices that are examined in a round but the last, in (0, 1]
 * @param localPlan local training, the strategy's proximal term included
 * @param strategy how updates fold
 * @param pace whose updates a round waits for
 * @param personalization with {@link Personalization#LOCAL} there is no global training; where
 *     output layers stay on devices, models travel without them
 * @param policy who swaps with whom
 * @param swapEvery rounds between plans, at least 1
 * @param swaps bounds of the plans
 * @param groups whether devices that serve each other may train a model of their own
 * @param labelPrior whether devices know what labels the fleet has
 * @param errorRate of the monitor's tests, in (0, 1)
 * @param convergence when to stop early
 */
public record RoundSettings(
    String method,
    Seed seed,
    int rounds,
    double participation,
    double examined,
    TrainingPlan localPlan,
    AggregationStrategy strategy,
    Pace pace,
    Personalization personalization,
    SwapPolicy policy,
    int swapEvery,
    SwapSettings swaps,
    boolean groups,
    boolean labelPrior,
    double errorRate,
    Convergence convergence) {
  /** Rounds before the first search for groups: enough to have learnt what sets devices apart. */
  private static final int TRY_EVERY = 3;

  /** These settings with another strategy. */
  public RoundSettings withStrategy(AggregationStrategy other) {
    return new RoundSettings(
        method,
        seed,
        rounds,
        participation,
        examined,
        localPlan,
        other,
        pace,
        personalization,
        policy,
        swapEvery,
        swaps,
        groups,
        labelPrior,
        errorRate,
        convergence);
  }

  /** How many numbers of a model of {@code parameters} travel in training. */
  int travelling(int parameters) {
    return personalization.keepsHead()
        ? parameters - Math.toIntExact(swaps.headBytes() / Float.BYTES)
        : parameters;
  }

  /** Devices in a cohort where {@code available} are. */
  public static int cohortSize(double participation, int available) {
    return Math.max(1, (int) Math.round(participation * available));
  }

  /** Whether swaps are planned at the start of this round; round 0 is before training. */
  public boolean plansIn(int round) {
    return (round == 0 || isTurn(round, swapEvery)) && policy.plansIn(round);
  }

  /**
   * Whether devices try models at the start of this round, if there may be groups: in rounds 4, 7,
   * 13, 25 and so on.
   */
  public boolean triesIn(int round) {
    return groups && isTurn(round, TRY_EVERY) && Integer.bitCount(tries(round)) == 1;
  }

  /** Whether they do if there are no groups yet: every other time, for a search costs more. */
  public boolean searchesIn(int round) {
    return triesIn(round) && Integer.numberOfTrailingZeros(tries(round)) % 2 == 0;
  }

  private static int tries(int round) {
    return (round - 1) / TRY_EVERY;
  }

  private static boolean isTurn(int round, int every) {
    return round > 1 && (round - 1) % every == 0;
  }

  /** Rounds of a whole run in which swaps are planned. */
  public int plannings() {
    return count(this::plansIn);
  }

  /**
   * Profiles and answers to trials that a device releases in a whole run, at most: a profile before
   * each planning and trial, and two answers in a search.
   *
   * @param choices whether choices of a group count, one after each trial
   */
  public int reports(boolean choices) {
    return count(round -> plansIn(round) || triesIn(round) || (labelPrior && round == 0))
        + 2 * count(this::searchesIn)
        + (choices ? count(this::triesIn) : 0);
  }

  private int count(IntPredicate counts) {
    return (int) IntStream.rangeClosed(0, rounds).filter(counts).count();
  }
}
