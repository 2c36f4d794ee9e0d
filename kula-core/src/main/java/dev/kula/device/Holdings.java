package dev.kula.device;

import dev.kula.data.DataPointer;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.privacy.PrivacyLedger.Release;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

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

  static Holdings of(
      SampleStore store,
      TrainingData data,
      Ledgers ledgers,
      List<AcceptedSwap> accepted,
      Optional<Release> refused) {
    List<Integer> own =
        Arrays.stream(data.ownLabelCounts()).mapToObj(count -> (int) count).toList();
    List<Integer> ledger = new ArrayList<>(own);
    for (AcceptedSwap swap : accepted) {
      if (data.trainsOn(swap.blockId())) {
        for (int bin = 0; bin < own.size(); bin++) {
          ledger.set(bin, ledger.get(bin) + swap.labels().get(bin));
        }
      }
    }
    return new Holdings(
        own,
        ledger,
        received(store, ledgers, accepted),
        refused.stream().mapToInt(Release::round).findFirst());
  }

  private static int received(SampleStore store, Ledgers ledgers, List<AcceptedSwap> accepted) {
    int passing =
        accepted.stream().filter(AcceptedSwap::passes).mapToInt(AcceptedSwap::samples).sum();
    int fetched =
        Stream.concat(ledgers.shared().pointers().stream(), ledgers.personal().pointers().stream())
            .filter(pointer -> !pointer.source().equals(Envelope.BASE))
            .map(DataPointer::block)
            .distinct()
            .mapToInt(block -> store.fetched(block).map(SampleSet::size).orElse(0))
            .sum();
    return passing + fetched;
  }
}
