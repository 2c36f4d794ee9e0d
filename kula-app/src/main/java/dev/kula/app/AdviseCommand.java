package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.advice.AdvicePage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kula advise}. */
@Command(
    name = "advise",
    mixinStandardHelpOptions = true,
    description = {
      "Says of a data set, or of that of a run, whether its devices differ, whether federating, groups and swaps pay, and"
          + " what to run next, each with its uncertainty.",
      "Unless they are given, --target is local, --base 0, --partition natural for a table, and"
          + " --rounds and --seeds are what a machine of two cores does in about four minutes.",
      "It looks at all rows in one place, and is not private."
    },
    footer = {
      "",
      "Examples:",
      "  kula advise csv:readings.csv --label-column activity",
      "  kula advise fashion-mnist --partition dirichlet:0.1 --devices 20 --model mlp:64",
      "  kula advise runs/20260101-120000"
    })
final class AdviseCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "DATA",
      arity = "0..1",
      description =
          "fashion-mnist (bundled, the default), idx:DIR, csv:FILE, parquet:FILE, sql:QUERY,"
              + " folder:DIR, leaf:PATH, or the directory of a run, whose data and settings are taken.")
  private @Nullable String data;

  AdviseCommand(Runner runner, Terminal terminal) {
    this.runner = runner;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    Map<String, Object> values = new LinkedHashMap<>();
    boolean ofRun = data != null && Files.exists(Path.of(data, RunConfiguration.FILE));
    if (ofRun) {
      values.putAll(recorded(Path.of(data)));
    }
    values.putAll(FlagOptions.values(spec.commandLine().getParseResult(), runner));
    if (data != null && !ofRun) {
      Flag.DATA.read(data);
      values.put(Flag.DATA.key(), data);
    }
    Runner.Advised advised = runner.advise(AdvicePlan.of(values), terminal);
    Path page = advised.directory().resolve(AdvicePage.FILE_NAME);
    terminal.result(
        () ->
            new Document.Advised(advised.directory().toString(), page.toString(), advised.advice()),
        () ->
            terminal
                    .colour()
                    .differences(new AdviceText(advised.advice(), terminal.columns()).text())
                + "\nPage: %s\n".formatted(page));
    return Kula.DONE;
  }

  private Map<String, Object> recorded(Path run) {
    if (Files.exists(run.resolve(Membership.FILE))) {
      throw KulaException.user(
          "DATA is '%s', a run of devices with data of their own, must be data that are here; nobody but the devices could look at theirs"
              .formatted(run));
    }
    return AdvicePlan.settingsOf(runner.recorded(run));
  }
}
