package dev.kula.device;

import dev.kula.Seed;
import dev.kula.privacy.PrivacyLedger;
import dev.kula.privacy.PrivacyLedger.Release;
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
    VISIT("visits");

    private final String plural;

    Kind(String plural) {
      this.plural = plural;
    }
  }

  /** For work that releases nothing. */
  static final Function<Seed, NoiseSource> NO_NOISE =
      seed -> {
        throw new IllegalStateException("nothing is released here");
      };

  private final PrivacySettings settings;
  private final Function<Seed, NoiseSource> noise;
  private final Seed seed;
  private PrivacyLedger ledger;
  private double forwardPasses;

  Account(PrivacySettings settings, Function<Seed, NoiseSource> noise, Seed seed) {
    this.settings = settings;
    this.noise = noise;
    this.seed = seed;
    this.ledger = new PrivacyLedger(settings.epsilonLimit(), settings.delta());
  }

  /** Charges a release, or records that it goes out without noise; false if the account refuses. */
  boolean charge(Release release, double rho, Kind kind) {
    if (noises(kind)) {
      return ledger.charge(release, rho);
    }
    ledger.withoutNoise(kind.plural);
    return true;
  }

  boolean noises(Kind kind) {
    return switch (kind) {
      case PROFILE, OUTCOME -> settings.noisesProfiles();
      case UPDATE, VISIT -> settings.noisesEverything();
    };
  }

  void withoutNoise(String purpose) {
    ledger.withoutNoise(purpose);
  }

  /**
   * Noise of one release: the same however often it is asked for, so that a retry sends the same.
   */
  NoiseSource noise(Release release) {
    return noise.apply(seed.derive(release.purpose()).derive(release.round()));
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

  /** Work done since last asked. */
  double takeForwardPasses() {
    double done = forwardPasses;
    forwardPasses = 0;
    return done;
  }
}
