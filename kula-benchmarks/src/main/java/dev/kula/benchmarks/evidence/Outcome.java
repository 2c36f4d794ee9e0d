package dev.kula.benchmarks.evidence;

import dev.kula.round.Comparisons.SeedRun;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.SeedResult;
import dev.kula.store.RunReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run of one seed left behind.
 *
 * @param summary of its method
 * @param rounds all of them
 */
record Outcome(MethodSummary summary, List<RoundRecord> rounds) {
  Outcome {
    rounds = List.copyOf(rounds);
  }

  static Outcome read(Path directory) {
    RunReader reader = RunReader.of(directory);
    List<RoundRecord> rounds = new ArrayList<>();
    reader.forEachRound(rounds::add);
    return new Outcome(reader.summary().methods().getFirst(), rounds);
  }

  SeedResult seed() {
    return summary.perSeed().getFirst();
  }

  /** Bytes moved in all rounds. */
  long moved() {
    return rounds.getLast().bytes().moved();
  }

  /** Its figures, given what counts as having reached the target. */
  SeedRun figures(double target) {
    return asOf(rounds.getLast(), target);
  }

  /** As if the last round had been the last one within so many bytes; empty if none was. */
  Optional<SeedRun> within(long bytes) {
    return rounds.stream()
        .filter(round -> round.bytes().moved() <= bytes)
        .reduce((earlier, later) -> later)
        .map(round -> asOf(round, 1));
  }

  private SeedRun asOf(RoundRecord last, double target) {
    SeedResult seed = seed();
    Optional<RoundRecord> reached =
        rounds.stream().filter(round -> round.personalAccuracy() >= target).findFirst();
    SeedResult result =
        new SeedResult(
            seed.seed(),
            last.personalAccuracy(),
            last.worstDecile(),
            seed.overTime(),
            seed.recovery(),
            seed.bestPersonalAccuracy(),
            last.globalAccuracy(),
            reached.isPresent() ? reached.get().round() : null,
            reached.isPresent() ? reached.get().simulatedSeconds() : null,
            last.bytes(),
            last.epsilonMax(),
            last.swaps(),
            last.wallSeconds(),
            seed.groups(),
            seed.ignored(),
            seed.detected());
    return new SeedRun(
        result,
        last.round(),
        summary.stopped(),
        summary.bestRound(),
        last.simulatedSeconds(),
        summary.epsilon(),
        summary.devices());
  }
}
