package dev.kula.device;

import dev.kula.Seed;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.noise.NoiseSource;
import java.util.function.Function;

/**
 * In what a device differs that lives and one that is simulated.
 *
 * @param noise makes the noise of a release out of its seed
 * @param journal where releases are written down before they leave
 * @param examiner who examines personal models
 */
public record Surroundings(
    Function<Seed, NoiseSource> noise, ReleaseJournal journal, Examiner examiner) {
  /** Who examines a personal model, and so what others learn of it. */
  public enum Examiner {
    /** The evaluator of a simulation, who sees all in the clear and tells nobody. */
    EVALUATOR,
    /**
     * The device itself, on samples that it has put aside. What it tells of that depends on all its
     * samples and has no noise: it is among the releases without, and under {@link Protection#ALL}
     * it is not told. What came of a swap it tells with noise alone, where outcomes have noise.
     */
    DEVICE
  }

  /** For work that releases nothing. */
  static final Surroundings RELEASING_NOTHING =
      new Surroundings(
          seed -> {
            throw new IllegalStateException("nothing is released here");
          },
          ReleaseJournal.simulated(),
          Examiner.EVALUATOR);

  /** Of a simulation: noise protects nobody, and nothing is written down. */
  public static Surroundings simulated() {
    return new Surroundings(NoiseSource::seeded, ReleaseJournal.simulated(), Examiner.EVALUATOR);
  }

  /** Of a device with samples of its own: noise is fresh, whatever the seed. */
  public static Surroundings live(ReleaseJournal journal) {
    return new Surroundings(seed -> NoiseSource.secure(), journal, Examiner.DEVICE);
  }
}
