package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.diff.DiffText;
import dev.kula.app.diff.Differ;
import dev.kula.app.diff.RunDiff;
import dev.kula.app.diff.RunSide;
import dev.kula.store.RunReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kula diff}: two runs beside each other. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = "Says in what two runs differ: settings, results, and whether one did better.",
    footer = {
      "",
      "Exit code 0 if the results are the same, whatever the settings; 1 if they differ; 2 your"
          + " mistake.",
      "",
      "Examples:",
      "  kula diff runs/20261128-101500 runs/20261128-113000",
      "  kula diff runs/one runs/other --json"
    })
final class DiffCommand implements Callable<Integer> {
  /** As of the command that it is called like. */
  private static final int DIFFERENT = 1;

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "RUN", description = "Directory of a run.")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "RUN", description = "Directory of another.")
  private Path second = Path.of("");

  DiffCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    RunDiff diff = Differ.diff(read(first), read(second));
    terminal.result(() -> diff, () -> DiffText.of(diff));
    return diff.same() ? Kula.DONE : DIFFERENT;
  }

  private static RunSide read(Path directory) {
    RunReader.of(directory);
    Path file = directory.resolve(RunConfiguration.FILE);
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "'%s' is missing, must be there in the directory of a run; restore it".formatted(file));
    }
    RunConfiguration configuration = RunConfiguration.readFile(file);
    return RunSide.read(directory, configuration.command(), configuration.settings());
  }
}
