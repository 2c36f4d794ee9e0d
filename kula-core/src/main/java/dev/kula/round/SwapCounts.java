package dev.kula.round;

/**
 * Swap orders and what came of them: at the end of a round every order is in one of the last three,
 * unless devices keep that to themselves.
 *
 * @param ordered orders sent
 * @param accepted let into a ledger
 * @param rejected turned down by the receiver's gate or by either side's policy
 * @param expired not answered in time, or never reached its receiver
 */
public record SwapCounts(int ordered, int accepted, int rejected, int expired) {
  /** None yet. */
  public static final SwapCounts NONE = new SwapCounts(0, 0, 0, 0);

  /** Whether devices keep to themselves what came of orders. */
  public boolean areUntold() {
    return ordered > accepted + rejected + expired;
  }

  /** Both together. */
  public SwapCounts plus(SwapCounts other) {
    return new SwapCounts(
        ordered + other.ordered,
        accepted + other.accepted,
        rejected + other.rejected,
        expired + other.expired);
  }
}
