package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.store.database.RunCopy;
import dev.kula.store.database.RunDatabase;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kula store}: runs in a database. */
@Command(
    name = "store",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Copies runs to a database, and lists those that it has.",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  kula store add --store kula.db runs/*",
      "  kula store list --store kula.db",
      "  sqlite3 kula.db 'SELECT source, count(*) FROM outcome GROUP BY source'"
    })
final class StoreCommand {
  private final Terminal terminal;
  private final InstantSource clock;

  StoreCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Copies runs, each in the place of what the database had of it.")
  int add(
      @Mixin StoreOptions store,
      @Parameters(paramLabel = "DIRECTORY", arity = "1..*", description = "Of a run.")
          List<Path> directories) {
    RunDatabase database = required(store);
    for (Path directory : directories) {
      RunCopy.begin(database, directory, clock, line -> terminal.err().println("kula: " + line));
    }
    List<String> copied = directories.stream().map(Path::toString).toList();
    terminal.result(
        () -> new Document.Copied(database.name(), copied),
        () ->
            copied.stream()
                .map(directory -> "%s is in %s\n".formatted(directory, database.name()))
                .collect(Collectors.joining()));
    return Kula.DONE;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the runs that a database has.")
  int list(@Mixin StoreOptions store) {
    RunDatabase database = required(store);
    List<RunDatabase.StoredRun> runs = database.runs();
    terminal.result(
        () -> new Document.Stored(database.name(), runs),
        () ->
            runs.isEmpty() ? "%s has no runs.\n".formatted(database.name()) : text(database, runs));
    return Kula.DONE;
  }

  private static String text(RunDatabase database, List<RunDatabase.StoredRun> runs) {
    return new Grid(
            "Runs in %s; accuracy, %%, is of the last round that it has".formatted(database.name()),
            List.of(
                "run", "copied", "command", "methods", "rounds", "state", "accuracy", "directory"),
            runs.stream().map(StoreCommand::row).toList())
        .text();
  }

  private static RunDatabase required(StoreOptions store) {
    return store
        .open()
        .orElseThrow(
            () ->
                KulaException.user(
                    "--store is left out, must name a database; try --store kula.db"));
  }

  private static List<String> row(RunDatabase.StoredRun run) {
    return List.of(
        run.run(),
        run.copied(),
        run.command(),
        Integer.toString(run.methods()),
        Integer.toString(run.rounds()),
        run.ended() ? "ended" : "not ended",
        Double.isNaN(run.accuracy())
            ? "–"
            : String.format(Locale.ROOT, "%.1f", 100 * run.accuracy()),
        run.directory());
  }
}
