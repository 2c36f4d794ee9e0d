package dev.kula.audit;

import java.util.List;

/**
 * What the attacks came to.
 *
 * @param memberships attacks on membership
 * @param inversions attacks on what records look like
 */
public record AuditReport(List<Membership> memberships, List<Inversion> inversions) {
  public AuditReport {
    memberships = List.copyOf(memberships);
    inversions = List.copyOf(inversions);
  }

  /** How membership is guessed. */
  public enum Attack {
    /**
     * Whether a canary was there: a record made to stand out, of random pixels and a label that the
     * device has not. The score is the inner product of what was released and the direction in
     * which the canary alone moves the model.
     */
    CANARY("canary record"),
    /**
     * Which of two devices it was, each with a single canary of another label: the neighbours of a
     * release whose unit is the device.
     */
    CANARY_DEVICE("canary device"),
    /** Whether the device's own records were there: by their loss (Yeom et al. 2018). */
    LOSS("loss"),
    /** Whether they were there: by the product of class sums and what each would add to them. */
    INNER_PRODUCT("inner product"),
    /** The same by {@link LikelihoodRatio}. */
    LIKELIHOOD_RATIO("likelihood ratio");

    private final String words;

    Attack(String words) {
      this.words = words;
    }

    /** For people. */
    public String words() {
      return words;
    }
  }

  /**
   * One attack on one release.
   *
   * @param release what was attacked
   * @param attack how
   * @param scores of the trials that were attacked; of records of the device, all of them together
   * @param bound ε at least; of records of the device, of the one that the first half of the trials
   *     gave away most
   * @param accountedEpsilon ε at most, as the device's own account has it; infinite without noise
   */
  public record Membership(
      AuditedRelease release,
      Attack attack,
      MembershipScores scores,
      EpsilonBound bound,
      double accountedEpsilon) {
    /** Whether what was seen is more than the accountant allows. */
    public boolean isViolation() {
      return bound.epsilon() > accountedEpsilon;
    }
  }

  /** What a device trained on when its release was inverted. */
  public enum Setup {
    /** A single record. */
    ONE_RECORD("1 record"),
    /** A few records, in one step; of releases whose steps are free to choose. */
    ONE_STEP("8 records, one step"),
    /** As the settings say. */
    CONFIGURED("as configured");

    private final String words;

    Setup(String words) {
      this.words = words;
    }

    /** For people. */
    public String words() {
      return words;
    }
  }

  /**
   * One inversion of one release, over a few draws of what the device holds.
   *
   * @param release what was inverted
   * @param setup what the device trained on
   * @param embeddings whether what is recovered is not the record but what feeds the output layer
   * @param recovery how close it came
   */
  public record Inversion(
      AuditedRelease release, Setup setup, boolean embeddings, Recovery recovery) {}

  /** Attacks that saw more than the accountant allows. */
  public List<Membership> violations() {
    return memberships.stream().filter(Membership::isViolation).toList();
  }
}
