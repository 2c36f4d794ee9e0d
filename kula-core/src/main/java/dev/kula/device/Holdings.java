package dev.kula.device;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a device of a simulation has at the end, for the evaluator alone.
 *
 * @param own label bins of its own samples, counts
 * @param ledger label bins of its own samples and of accepted swaps, counts
 * @param received samples of others that accepted swaps let it use, in either ledger
 * @param firstRefusal round of the first release that its privacy account refused
 */
public record Holdings(
    List<Integer> own, List<Integer> ledger, int received, OptionalInt firstRefusal) {
  public Holdings {
    own = List.copyOf(own);
    ledger = List.copyOf(ledger);
  }
}
