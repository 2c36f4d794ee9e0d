package dev.kula.privacy;

import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a device writes down what it releases, before it leaves: so that a crash, a restart or a
 * retry never makes a release a second time with fresh noise, and never forgets what was paid.
 * Entries are added and never changed or taken back.
 *
 * <p>Used by one thread at a time.
 */
public interface ReleaseJournal {
  /**
   * All that an account is made of again after a restart.
   *
   * @param charges in the order in which they were made
   * @param withoutNoise purposes released without noise, sorted
   * @param firstRefusal the first release that did not fit, null if all did: for whoever looks at
   *     the journal, since a device that does its jobs again has it refused again
   * @param earlierEpsilon spent in other runs, each under a limit of its own
   */
  record History(
      List<Charge> charges,
      List<String> withoutNoise,
      @Nullable Release firstRefusal,
      double earlierEpsilon) {
    public History {
      charges = List.copyOf(charges);
      withoutNoise = List.copyOf(withoutNoise);
    }
  }

  /** All entries of this run so far, and what other runs have spent. */
  History history();

  /**
   * What a release was.
   *
   * @return empty if it was not made, or if its content is not kept any more
   */
  <T extends Record> Optional<T> content(Release release, Class<T> type);

  /**
   * Writes down a release with its price, both or neither; safe on the disk on return.
   *
   * @throws IllegalStateException if the release has an entry
   */
  void paid(Charge charge, Record content);

  /** Writes down that something left without noise; again has no effect. */
  void withoutNoise(String purpose);

  /** Writes down the first release that did not fit; later ones have no effect. */
  void refused(Release release);

  /**
   * Whether a release whose content is not kept is worked out again, to the same bytes: in a
   * simulation, where noise comes from a seed. Elsewhere it is refused.
   */
  boolean worksOutAgain();

  /** Writes nothing: for simulations, whose checkpoints hold the account. */
  static ReleaseJournal simulated() {
    return SimulatedJournal.INSTANCE;
  }
}
