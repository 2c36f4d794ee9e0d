package dev.kula.app;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kula data}. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Describes a data set and its partition before anyone trains.",
    footer = {
      "",
      "Examples:",
      "  kula data fashion-mnist --partition classes:2 --devices 10",
      "  kula data csv:readings.csv --partition natural --label-column activity"
    })
final class DataCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "DATA",
      arity = "0..1",
      description =
          "fashion-mnist (bundled, the default), idx:DIR, csv:FILE, parquet:FILE, sql:QUERY,"
              + " folder:DIR or leaf:PATH.")
  private @Nullable String data;

  DataCommand(Runner runner, Terminal terminal) {
    this.runner = runner;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    runner.describe(data == null ? settings : settings.with(Flag.DATA, data), terminal);
    return Kula.DONE;
  }
}
