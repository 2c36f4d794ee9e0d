package dev.kula.benchmarks.evidence;

import dev.kula.KulaException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code evidence tune} chooses the settings of every method, all with the same effort; {@code
 * evidence report} runs them with what was chosen, on other seeds, and writes the tables. Both go
 * on from what the cache holds.
 */
@Command(
    name = "evidence",
    description = "Makes the tables that compare Kula's methods.",
    mixinStandardHelpOptions = true)
public final class Evidence {
  private final PrintStream progress;

  Evidence(PrintStream progress) {
    this.progress = progress;
  }

  /** Ends the process with exit code 0, 2 for the user's mistake, or 1 for anything else. */
  public static void main(String[] arguments) {
    System.exit(new Evidence(System.err).run(arguments));
  }

  /** Runs a command line; the exit code. */
  int run(String... arguments) {
    CommandLine command = new CommandLine(this);
    command.setOverwrittenOptionsAllowed(true);
    command.setExecutionExceptionHandler(
        (thrown, failed, parsed) -> {
          if (thrown instanceof KulaException known) {
            progress.println(known.getMessage());
            return known.blame() == KulaException.Blame.USER ? 2 : 1;
          }
          throw thrown;
        });
    return command.execute(arguments);
  }

  /** What both commands are told. */
  static final class Options {
    @Option(
        names = "--study",
        paramLabel = "FILE",
        defaultValue = "kula-benchmarks/evidence/study.yaml",
        description = "What to run; ${DEFAULT-VALUE}.")
    private Path study = Path.of("study.yaml");

    @Option(
        names = "--tuned",
        paramLabel = "FILE",
        defaultValue = "kula-benchmarks/evidence/tuned.yaml",
        description = "Settings that tune chooses and report uses; ${DEFAULT-VALUE}.")
    private Path tuned = Path.of("tuned.yaml");

    @Option(
        names = "--cache",
        paramLabel = "DIR",
        defaultValue = "runs/evidence",
        description =
            "Where runs are kept, one directory a method; delete one to run it again;"
                + " ${DEFAULT-VALUE}.")
    private Path cache = Path.of("runs");

    @Option(
        names = "--scenarios",
        paramLabel = "LIST",
        split = ",",
        description = "Only these, separated by commas.")
    private List<String> scenarios = new ArrayList<>();

    @Option(
        names = "--methods",
        paramLabel = "LIST",
        split = ",",
        description = "Only these, separated by commas.")
    private List<String> methods = new ArrayList<>();

    @Option(names = "--seeds", paramLabel = "N", description = "Only the first N seeds.")
    private int seeds = Integer.MAX_VALUE;

    @Option(names = "--rounds", paramLabel = "N", description = "As many rounds in every scenario.")
    private @Nullable Integer rounds;

    @Option(
        names = "--jobs",
        paramLabel = "N",
        description = "Runs at a time, by default one a core.")
    private int jobs = Runtime.getRuntime().availableProcessors();

    @Option(
        names = "--minutes",
        paramLabel = "N",
        description = "Begin no run after N minutes; 0 only counts what there is to do.")
    private double minutes = Duration.ofDays(365).toMinutes();

    Study narrowed() {
      return Study.read(study)
          .narrowed(scenarios, methods, seeds, rounds == null ? "" : "--rounds " + rounds);
    }

    Laboratory laboratory(PrintStream progress) {
      return new Laboratory(
          cache,
          jobs,
          Duration.ofSeconds(Math.round(60 * minutes)),
          progress,
          InstantSource.system());
    }
  }

  @Command(
      name = "tune",
      description = "Chooses the settings of every method on the tuning seeds.",
      mixinStandardHelpOptions = true)
  void tune(
      @Mixin Options options,
      @Option(names = "--without-noise", description = "Choose nothing for runs under noise.")
          boolean withoutNoise) {
    Study study = withoutNoise ? options.narrowed().withoutNoise() : options.narrowed();
    Laboratory laboratory = options.laboratory(progress);
    tune(study, laboratory, options.tuned, Tuned::with);
    tune(study.underNoise(), laboratory, options.tuned, Tuned::withNoised);
  }

  /** Where a choice goes. */
  private interface Keeper {
    Tuned keep(Tuned tuned, String method, Tuned.Choice choice);
  }

  private void tune(Study study, Laboratory laboratory, Path file, Keeper keeper) {
    for (String method : study.methods().keySet()) {
      List<Run> runs = new ArrayList<>();
      for (String settings : study.settings(method)) {
        for (String scenario : study.scenarios().keySet()) {
          for (long seed : study.tuningSeeds()) {
            runs.add(new Run(method, scenario, Study.join(study.common(), settings), seed));
          }
        }
      }
      Map<Run, Outcome> outcomes = laboratory.outcomes(runs);
      if (laboratory.isDone(runs) && outcomes.isEmpty()) {
        throw KulaException.user(
            "method '%s' runs in none of the scenarios (%s); correct its settings in the study"
                .formatted(method, laboratory.refusals()));
      }
      if (laboratory.isDone(runs)) {
        Tuned.Choice choice = choose(study, method, outcomes);
        keeper.keep(Tuned.read(file), method, choice).write(file);
        progress.printf(
            "evidence: %s: %s%n",
            method, choice.chosen().isEmpty() ? "the defaults" : choice.chosen());
      } else {
        progress.printf("evidence: %s: not tuned to the end%n", method);
      }
    }
  }

  private static Tuned.Choice choose(Study study, String method, Map<Run, Outcome> outcomes) {
    List<Tuned.Trial> trials = new ArrayList<>();
    for (String settings : study.settings(method)) {
      Map<String, Double> means = new LinkedHashMap<>();
      study
          .scenarios()
          .forEach(
              (scenario, figure) ->
                  study.tuningSeeds().stream()
                      .map(
                          seed ->
                              outcomes.get(
                                  new Run(
                                      method,
                                      scenario,
                                      Study.join(study.common(), settings),
                                      seed)))
                      .filter(outcome -> outcome != null)
                      .mapToDouble(outcome -> figure.of(outcome.seed()))
                      .average()
                      .ifPresent(mean -> means.put(scenario, Tuned.Trial.rounded(mean))));
      trials.add(Tuned.Trial.of(settings, means));
    }
    return Tuned.Choice.of(study.tuningSeeds(), trials);
  }

  @Command(
      name = "report",
      description = "Runs every method with its settings on the other seeds and writes tables.",
      mixinStandardHelpOptions = true)
  void report(
      @Mixin Options options,
      @Option(
              names = "--without-noise",
              description = "Leave out the runs under --protect all, which take longest.")
          boolean withoutNoise,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              defaultValue = "runs/evidence.md",
              description = "Where the tables go, in Markdown; ${DEFAULT-VALUE}.")
          Path out)
      throws IOException {
    Study study = withoutNoise ? options.narrowed().withoutNoise() : options.narrowed();
    Laboratory laboratory = options.laboratory(progress);
    Tables tables = new Tables(study, Tuned.read(options.tuned));
    Map<Run, Outcome> outcomes = laboratory.outcomes(tables.runs());
    Path directory = out.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.writeString(out, tables.markdown(outcomes, laboratory.refusals()));
    progress.printf("evidence: runs made: %d, tables: %s%n", laboratory.made(), out);
  }
}
