package dev.kula.device;

import dev.kula.Seed;
import dev.kula.privacy.PrivacyLedger;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.noise.NoiseSource;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;

/**
 * A device's privacy ledger together with its source of noise and a meter of its work: what every
 * release goes through.
 */
final class Account {
  /** What is released; decides whether it is noised or recorded as without noise. */
  enum Kind {
    PROFILE("profiles"),
    OUTCOME("outcomes"),
    UPDATE("updates"),
    VISIT("visits"),
    CLASS_SUMS("class sums"),
    TRIAL("trials"),
    CHOICE("choices of a group"),
    EXAMINATION("examinations");

    private final String plural;

    Kind(String plural) {
      this.plural = plural;
    }
  }

  private final PrivacySettings settings;
  private final Surroundings surroundings;
  private final Seed seed;
  private PrivacyLedger ledger;
  private double forwardPasses;

  /** An account as its journal left it. */
  Account(PrivacySettings settings, Surroundings surroundings, Seed seed) {
    this.settings = settings;
    this.surroundings = surroundings;
    this.seed = seed;
    ReleaseJournal.History history = journal().history();
    this.ledger =
        PrivacyLedger.restore(
            new PrivacyLedger.State(
                settings.filter(),
                history.charges(),
                history.withoutNoise(),
                null, // refused again when its jobs are done again, and not before
                history.earlierEpsilon()));
  }

  /**
   * Makes a release, unless it was made before: then it is the same again. It is charged and
   * written down before this returns; if the device dies on the way, nothing has left.
   *
   * @param make works the release out, with noise of its own if this kind is noised
   * @return empty if the account refuses, or if it was made before and is not kept any more
   */
  <T extends Record> Optional<T> release(
      Release release, double rho, Kind kind, Class<T> type, Function<NoiseSource, T> make) {
    if (!noises(kind)) {
      withoutNoise(kind);
      return Optional.of(make.apply(noise(release)));
    }
    Optional<T> earlier = journal().content(release, type);
    if (earlier.isPresent()) {
      return earlier;
    }
    if (ledger.isCharged(release)) {
      return journal().worksOutAgain() ? Optional.of(make.apply(noise(release))) : Optional.empty();
    }
    if (!ledger.fits(rho)) {
      journal().refused(release);
      ledger.refuse(release);
      return Optional.empty();
    }
    T content = make.apply(noise(release));
    journal().paid(new PrivacyLedger.Charge(release, rho), content);
    // Last, so that what failed on the way, and never left, is not owed.
    return ledger.charge(release, rho) ? Optional.of(content) : Optional.empty();
  }

  private ReleaseJournal journal() {
    return surroundings.journal();
  }

  /**
   * Whether the evaluator may be told in the clear what the device would else say with noise, or
   * not at all: in a simulation always.
   */
  boolean tellsEvaluator(Kind kind) {
    return isSimulated() || !noises(kind);
  }

  boolean noises(Kind kind) {
    return switch (kind) {
      case PROFILE, OUTCOME, TRIAL -> settings.noisesProfiles();
      case UPDATE, VISIT, CLASS_SUMS, CHOICE, EXAMINATION -> settings.noisesEverything();
    };
  }

  /** Notes that a release of this kind leaves without noise. */
  void withoutNoise(Kind kind) {
    withoutNoise(kind.plural);
  }

  /** Notes that something leaves without noise. */
  void withoutNoise(String purpose) {
    if (!ledger.lacksNoise(purpose)) {
      journal().withoutNoise(purpose);
      ledger.withoutNoise(purpose);
    }
  }

  /**
   * Noise of one release: the same however often it is asked for, so that a retry sends the same.
   */
  private NoiseSource noise(Release release) {
    return surroundings.noise().apply(seed.derive(release.purpose()).derive(release.round()));
  }

  boolean isSpent() {
    return ledger.isSpent();
  }

  double spentEpsilon() {
    return ledger.spentEpsilon();
  }

  SortedSet<String> releasesWithoutNoise() {
    return ledger.releasesWithoutNoise();
  }

  Optional<Release> firstRefusal() {
    return ledger.firstRefusal();
  }

  PrivacyLedger.State state() {
    return ledger.state();
  }

  void restore(PrivacyLedger.State state) {
    ledger = PrivacyLedger.restore(state);
  }

  /** Notes work done, one forward pass of one sample being 1. */
  void worked(double passes) {
    forwardPasses += passes;
  }

  /**
   * Work done since last asked, for a simulation's clock. It grows with the number of samples: a
   * device with samples of its own says 0.
   */
  double takeForwardPasses() {
    double done = isSimulated() ? forwardPasses : 0;
    forwardPasses = 0;
    return done;
  }

  /** Whether nobody's secrets are at stake. */
  boolean isSimulated() {
    return surroundings.examiner() == Surroundings.Examiner.EVALUATOR;
  }
}
