package dev.kula.swap;

import dev.kula.KulaException;
import java.util.List;

/** Who should trade what with whom. Immutable and thread safe; plans are deterministic. */
public interface SwapPolicy {
  /** As {@link #parse} reads it. */
  String notation();

  /**
   * Whether this round, of the rounds in which swaps may be planned, needs a plan. Round 0 is
   * before training, when all devices are there to enrol.
   */
  default boolean plansIn(int round) {
    return round > 0;
  }

  /** Whether it moves raw samples whatever exchange is set. */
  default boolean movesRawSamples() {
    return false;
  }

  /** Whether receivers decide on its swaps by their gate. */
  boolean isGated();

  /** Orders for one round, best first. */
  List<PlannedSwap> plan(PlanRequest request);

  /**
   * Reads {@code none}, {@code static:SHARE}, {@code random}, {@code dissimilar}, {@code similar},
   * {@code deficit}, or the name of a policy that a {@link SwapPolicyProvider} makes.
   *
   * @throws KulaException (USER) for anything else
   */
  static SwapPolicy parse(String text) {
    return switch (text) {
      case "none" -> new NoSwaps();
      case "random" -> new RandomSwaps();
      case "dissimilar" -> new DissimilarSwaps();
      case "similar" -> new SimilarSwaps();
      case "deficit" -> new DeficitSwaps();
      default -> {
        if (text.startsWith("static:")) {
          yield StaticSharing.parse(text);
        }
        yield SwapPolicyProvider.FOUND
            .create(text)
            .orElseThrow(
                () ->
                    KulaException.user(
                        "policy is '%s', must be none, static:SHARE, random, dissimilar, similar or deficit%s; try deficit"
                            .formatted(text, SwapPolicyProvider.FOUND.words())));
      }
    };
  }
}
