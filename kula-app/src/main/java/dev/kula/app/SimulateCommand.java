package dev.kula.app;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a fleet of devices that learn together and trade data by pointer, in this process.",
      "Writes report.html, summary.json, rounds.jsonl, events.jsonl and the models to a directory."
    },
    footer = {
      "",
      "Examples:",
      "  kula simulate",
      "  kula simulate --watch",
      "  kula simulate --partition classes:2 --policy none --out runs/without-swaps",
      "  kula simulate --data csv:readings.csv.gz --partition natural --split time:0.75"
    })
final class SimulateCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  @Spec private CommandSpec spec;
  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private DashboardOptions dashboard = new DashboardOptions();

  @Option(
      names = "--watch",
      arity = "0..1",
      paramLabel = "HOST:PORT",
      fallbackValue = "127.0.0.1:7445",
      description =
          "Show the run in a browser as it goes, at 127.0.0.1:7445 or there; PORT alone will do.")
  private @Nullable String watch;

  SimulateCommand(Runner runner, Terminal terminal) {
    this.runner = runner;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    Runner.Finished finished = simulate(settings);
    ResultTable.of(finished.summary()).show(finished, terminal);
    return Kula.DONE;
  }

  private Runner.Finished simulate(RunSettings settings) {
    Optional<Watch> shown =
        dashboard.watch("--watch", watch, Optional.empty(), spec.commandLine(), terminal);
    try {
      return runner.simulate(settings, store.open(), shown, terminal);
    } finally {
      shown.ifPresent(Watch::close);
    }
  }
}
