package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.store.table.RunTables;
import dev.kula.store.table.TableFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kula tables}: results of runs for programs that read tables. */
@Command(
    name = "tables",
    mixinStandardHelpOptions = true,
    description = "Writes results of runs as tables: a file each for rounds, devices, orders ...",
    footer = {
      "",
      "Columns are in docs/formats.md; 'run' is the directory as given here.",
      "",
      "Examples:",
      "  kula tables runs/* --out tables",
      "  kula tables runs/20261128-101500 --format json --out as-json"
    })
final class TablesCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directory of a run.")
  private List<Path> runs = List.of();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "csv, parquet or json. Default: ${DEFAULT-VALUE}")
  private String format = "csv";

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      required = true,
      description = "New directory for the files.")
  private Path out = Path.of("");

  TablesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    RunTables.write(runs, out, format());
    Document.Written.tell(out, terminal);
    return Kula.DONE;
  }

  private TableFormat format() {
    return Stream.of(TableFormat.values())
        .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(format))
        .findFirst()
        .orElseThrow(
            () ->
                KulaException.user(
                    "--format is '%s', must be csv, parquet or json; try --format csv"
                        .formatted(format)));
  }
}
