package dev.kula.privacy;

import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.accounting.ZeroConcentrated;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The one privacy account of a device, over everything that it ever releases: profiles, outcomes,
 * visits, updates. Charged <em>before</em> a release leaves; when a charge does not fit, the
 * release must not be made.
 *
 * <p>Neighbours by adding or removing one record. Prices add up under a {@link RenyiFilter}, also
 * when later releases are chosen in the light of earlier ones: ρ for a release of ρ-zCDP, less for
 * steps on Poisson samples that only the device knows. Protected are records, against whoever sees
 * all that the device sends; not protected are the existence of the device, its number of releases
 * and when it stops making them.
 *
 * <p>A release is charged once: a second charge of the same release costs nothing, for a retry
 * sends the same bytes. Not thread safe: a device is run by one thread at a time.
 */
public final class PrivacyLedger {
  /**
   * What is released, and when. The same release is the same bytes.
   *
   * @param round round of the run
   * @param purpose such as {@code profile}; not blank; unique within a round
   */
  public record Release(int round, String purpose) {
    public Release {
      if (purpose.isBlank()) {
        throw new IllegalArgumentException("a release's purpose must not be blank");
      }
    }
  }

  /**
   * A release that has been paid for.
   *
   * @param release what
   * @param rho its price: of ρ-zCDP, ρ
   */
  public record Charge(Release release, double rho) {}

  /**
   * All that a checkpoint needs.
   *
   * @param filter as constructed
   * @param charges in the order in which they were made
   * @param withoutNoise purposes released without noise, sorted
   * @param firstRefusal the first release that did not fit, null if all did
   * @param earlierEpsilon spent before, under other limits, to which this one is added as it is
   */
  public record State(
      RenyiFilter filter,
      List<Charge> charges,
      List<String> withoutNoise,
      @Nullable Release firstRefusal,
      double earlierEpsilon) {
    public State {
      charges = List.copyOf(charges);
      withoutNoise = List.copyOf(withoutNoise);
    }
  }

  private final RenyiFilter filter;
  private final Map<Release, Double> charges = new LinkedHashMap<>();
  private final SortedSet<String> withoutNoise = new TreeSet<>();
  private double spentRho;
  private double earlierEpsilon;
  private @Nullable Release firstRefusal;

  /**
   * An account with nothing spent.
   *
   * @param filter its limit; infinite means that noise is off and nothing is ever refused
   */
  public PrivacyLedger(RenyiFilter filter) {
    this.filter = filter;
  }

  /** The account that {@link #state} was taken of. */
  public static PrivacyLedger restore(State state) {
    PrivacyLedger ledger = new PrivacyLedger(state.filter());
    for (Charge charge : state.charges()) {
      ledger.charges.put(charge.release(), charge.rho());
      ledger.spentRho += charge.rho();
    }
    ledger.withoutNoise.addAll(state.withoutNoise());
    ledger.firstRefusal = state.firstRefusal();
    ledger.earlierEpsilon = state.earlierEpsilon();
    return ledger;
  }

  /**
   * Pays for a release if the account allows it.
   *
   * @param rho price, 0 or more. Infinite stands for a release without noise: allowed and recorded
   *     as such where the limit is infinite, refused elsewhere
   * @return whether the release may be made. If not, nothing has changed but {@link #firstRefusal}
   * @throws IllegalArgumentException if the release was paid for at a lower price before
   */
  public boolean charge(Release release, double rho) {
    ZeroConcentrated.requireNotNegative("rho", rho);
    Double paid = charges.get(release);
    if (paid != null) {
      if (rho > paid && Double.isFinite(rho)) {
        throw new IllegalArgumentException(
            "%s was paid for at rho %s, cannot become %s: a retry sends the same bytes"
                .formatted(release, paid, rho));
      }
      return true;
    }
    if (Double.isInfinite(rho) && Double.isInfinite(filter.epsilon())) {
      withoutNoise(release.purpose());
      return true;
    }
    if (!fits(rho)) {
      refuse(release);
      return false;
    }
    charges.put(release, rho);
    spentRho += rho;
    return true;
  }

  /** Whether the account allows another release at this price. */
  public boolean fits(double rho) {
    return spentRho + rho <= filter.limit();
  }

  /** Records that a release did not fit; the first one stays on record. */
  public void refuse(Release release) {
    if (firstRefusal == null) {
      firstRefusal = release;
    }
  }

  /** Whether something is on record as having left without noise for this purpose. */
  public boolean lacksNoise(String purpose) {
    return withoutNoise.contains(purpose);
  }

  /**
   * Records that something left the device without noise, which makes {@link #epsilon} infinite.
   */
  public void withoutNoise(String purpose) {
    withoutNoise.add(purpose);
  }

  /** The limit, as constructed. */
  public RenyiFilter filter() {
    return filter;
  }

  /** Whether a release has been paid for. */
  public boolean isCharged(Release release) {
    return charges.containsKey(release);
  }

  /** Sum of the prices of all noised releases. */
  public double spentRho() {
    return spentRho;
  }

  /**
   * ε of all noised releases, leaving out those without noise. What was spent earlier adds up by
   * basic composition, and so does its δ.
   */
  public double spentEpsilon() {
    return earlierEpsilon + filter.epsilonOf(spentRho);
  }

  /** ε of all releases: infinite if any was made without noise. */
  public double epsilon() {
    return withoutNoise.isEmpty() ? spentEpsilon() : Double.POSITIVE_INFINITY;
  }

  /** The purposes for which something was released without noise; unmodifiable. */
  public SortedSet<String> releasesWithoutNoise() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(withoutNoise));
  }

  /** The first release that did not fit. */
  public Optional<Release> firstRefusal() {
    return Optional.ofNullable(firstRefusal);
  }

  /** Whether a release has been refused: the device then stops reporting and swapping. */
  public boolean isSpent() {
    return firstRefusal != null;
  }

  /** A copy of the account for a checkpoint. */
  public State state() {
    List<Charge> list = new ArrayList<>();
    charges.forEach((release, rho) -> list.add(new Charge(release, rho)));
    return new State(filter, list, List.copyOf(withoutNoise), firstRefusal, earlierEpsilon);
  }
}
