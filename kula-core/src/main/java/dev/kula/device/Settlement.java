package dev.kula.device;

import dev.kula.data.Exchange;
import dev.kula.swap.SwapOrder;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of an order.
 *
 * @param lossWithout cross-validated loss without it, if the gate ran
 * @param lossWith cross-validated loss with it, if the gate ran
 * @param samples that entered a ledger
 * @param labels label bins of these samples, counts
 * @param bytes that moved between the two devices for it
 * @param asCopyBytes what its samples would have cost as raw copies
 * @param cacheHitBytes that the receiver held already
 */
public record Settlement(
    SwapOrder order,
    Exchange exchange,
    Ending ending,
    OptionalDouble lossWithout,
    OptionalDouble lossWith,
    int samples,
    List<Integer> labels,
    long bytes,
    long asCopyBytes,
    long cacheHitBytes,
    String reason) {
  /** How an order ended. */
  public enum Ending {
    ACCEPTED,
    REJECTED,
    EXPIRED
  }
}
