package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.engine.Engines;
import dev.kula.store.Documents;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The {@code kula} command. Results go to standard output; progress and complaints, one line each,
 * to standard error.
 */
public final class Kula {
  /** Exit code of a command that did what it was asked to do. */
  static final int DONE = 0;

  /** Exit code where something other than the user is to blame. */
  static final int FAILED = 1;

  /**
   * Warns, with a stack trace, of each connection that breaks; Kula tells of these in a line. Held,
   * for Java forgets the levels of loggers that nobody holds.
   */
  private static final Logger CONNECTIONS =
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

  /** Exit code of the user's mistake. */
  static final int USER_MISTAKE = 2;

  static final Set<Flag> DATA_FLAGS =
      EnumSet.of(
          Flag.DEVICE_COLUMN,
          Flag.TIME_COLUMN,
          Flag.LABEL_COLUMN,
          Flag.TASK,
          Flag.PARTITION,
          Flag.DEVICES,
          Flag.SPLIT,
          Flag.TARGET,
          Flag.BASE,
          Flag.SEED);

  /** The audit has options of its own for what it compares: exchange, protection and unit. */
  static final Set<Flag> AUDIT_FLAGS =
      EnumSet.of(
          Flag.DATA,
          Flag.DEVICE_COLUMN,
          Flag.TIME_COLUMN,
          Flag.LABEL_COLUMN,
          Flag.PARTITION,
          Flag.DEVICES,
          Flag.SPLIT,
          Flag.BASE,
          Flag.MODEL,
          Flag.LOCAL_EPOCHS,
          Flag.BATCH,
          Flag.LR,
          Flag.SWAP_BUDGET,
          Flag.EPSILON,
          Flag.CLIP,
          Flag.SEED,
          Flag.THREADS);

  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;

  Kula(Runner runner, Terminal terminal) {
    this(runner, terminal, InstantSource.system());
  }

  /**
   * @param clock what time it is for certificates; runs have a time of their own
   */
  Kula(Runner runner, Terminal terminal, InstantSource clock) {
    this.runner = runner;
    this.terminal = terminal;
    this.clock = clock;
  }

  /** Runs a command line and ends the process with its exit code. */
  public static void main(String[] arguments) {
    // What libraries find worth telling is not what a user asked; what is wrong is.
    Logger.getLogger("").setLevel(Level.WARNING);
    CONNECTIONS.setLevel(Level.SEVERE);
    Terminal terminal;
    try {
      terminal = Terminal.system();
    } catch (KulaException mistake) {
      System.err.println("kula: " + mistake.getMessage());
      System.exit(USER_MISTAKE);
      return;
    }
    System.exit(new Kula(new LocalRunner(Interruption.Answer.ALL), terminal).run(arguments));
  }

  /**
   * Runs a command line in this process, for programs that make runs and read what they left. Calls
   * from several threads do not disturb each other, if each writes to a directory of its own.
   *
   * @param out results
   * @param err progress and complaints
   * @return the exit code: 0 done, 2 the user's mistake, of which the last line on {@code err}
   *     tells, 1 anything else
   */
  public static int run(PrintStream out, PrintStream err, String... arguments) {
    return new Kula(new LocalRunner(Interruption.Answer.NONE), Terminal.of(out, err))
        .run(arguments);
  }

  /** Runs a command line; the exit code. */
  int run(String... arguments) {
    List<String> words = List.of(arguments);
    // Looked at before they are parsed, for they count for what is wrong with the others, too.
    Terminal plain = words.contains("--json") ? terminal.withJson() : terminal;
    Terminal shown = Colour.asked(words).map(plain::withColour).orElse(plain);
    return new Kula(runner, shown, clock).execute(arguments);
  }

  private int execute(String... arguments) {
    Root root = new Root();
    Failure failure = new Failure(terminal);
    CommandLine command = commandLine(root, List.of(arguments));
    command.setParameterExceptionHandler((mistake, rest) -> failure.report(mistake));
    command.setExecutionExceptionHandler(
        (thrown, failed, parsed) ->
            thrown instanceof Halt wanted
                ? failure.report(wanted, failed)
                : failure.report(thrown, root.stackTrace));
    try {
      return command.execute(arguments);
    } catch (Error e) { // Picocli hands exceptions over, but lets errors pass.
      return failure.report(e, root.stackTrace);
    } finally {
      terminal.out().flush();
      terminal.err().flush();
    }
  }

  /** All commands with all their flags, for documents of them. */
  CommandLine commandLine() {
    Root root = new Root();
    List<String> names = List.copyOf(commandLine(root, List.of()).getSubcommands().keySet());
    return commandLine(root, names);
  }

  private CommandLine commandLine(Root root, List<String> arguments) {
    CommandLine command = new CommandLine(root);
    add(command, "simulate", new SimulateCommand(runner, terminal), simulateFlags(), arguments);
    add(command, "compare", new CompareCommand(runner, terminal), compareFlags(), arguments);
    add(command, "advise", new AdviseCommand(runner, terminal), adviseFlags(), arguments);
    add(command, "privacy", new PrivacyCommand(runner, terminal), privacyFlags(), arguments);
    add(command, "data", new DataCommand(runner, terminal), DATA_FLAGS, arguments);
    add(command, "audit", new AuditCommand(runner, terminal), AUDIT_FLAGS, arguments);
    add(
        command,
        "orchestrate",
        new OrchestrateCommand(runner, terminal, clock),
        OrchestrateCommand.flags(),
        arguments);
    add(
        command,
        "monitor",
        new MonitorCommand(runner, terminal, clock),
        MonitorCommand.flags(),
        arguments);
    add(
        command,
        "device",
        new DeviceCommand(runner, terminal, clock),
        DeviceCommand.flags(),
        arguments);
    command.addSubcommand("dashboard", new DashboardCommand(terminal));
    command.addSubcommand("gateway", new GatewayCommand(terminal, clock));
    command.addSubcommand("aggregate", new AggregateCommand(terminal));
    command.addSubcommand("audit-trail", new AuditTrailCommand(terminal));
    command.addSubcommand(
        "pki",
        new CommandLine(new PkiCommand(terminal, clock))
            .addSubcommand("serve", new PkiServeCommand(terminal, clock))
            .addSubcommand("enrol", new PkiEnrolCommand(terminal, clock))
            .addSubcommand("renew", new PkiRenewCommand(terminal, clock)));
    command.addSubcommand("store", new StoreCommand(terminal, clock));
    command.addSubcommand("export", new ExportCommand(terminal));
    command.addSubcommand("tables", new TablesCommand(terminal));
    command.addSubcommand("diff", new DiffCommand(terminal));
    add(
        command,
        "doctor",
        new DoctorCommand(runner, terminal, clock),
        DoctorCommand.FLAGS,
        arguments);
    command.addSubcommand("completion", new CompletionCommand(terminal, this::commandLine));
    command.getCommandSpec().versionProvider(this::version);
    command.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
    command.setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()));
    command.setExpandAtFiles(false);
    command.setUsageHelpWidth(Math.clamp(terminal.columns(), 80, 100));
    command.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal.colour() == Colour.ON ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    return command;
  }

  private String[] version() {
    Document.Version version = Document.Version.here(Engines.backend());
    return new String[] {terminal.json() ? Documents.text(version) : version.text()};
  }

  /** Only a command that is named gets its flags: declaring all takes as long as starting Java. */
  private static void add(
      CommandLine parent, String name, Object command, Set<Flag> flags, List<String> arguments) {
    CommandLine child = new CommandLine(command);
    if (arguments.contains(name)) {
      FlagOptions.declare(child.getCommandSpec(), flags);
    }
    parent.addSubcommand(name, child);
  }

  static Set<Flag> simulateFlags() {
    return FlagOptions.allBut(List.of(Flag.SEEDS, Flag.METHODS));
  }

  /** Its runs share a directory, which keeps the last checkpoint alone. */
  static Set<Flag> compareFlags() {
    return FlagOptions.allBut(List.of(Flag.KEEP_EVERY, Flag.FROM_ROUND));
  }

  /** All but what its methods set; DATA is an argument. */
  static Set<Flag> adviseFlags() {
    Set<Flag> flags = FlagOptions.allBut(AdvicePlan.NOT_TAKEN);
    flags.remove(Flag.DATA);
    return flags;
  }

  static Set<Flag> privacyFlags() {
    return FlagOptions.allBut(
        List.of(
            Flag.SEEDS,
            Flag.METHODS,
            Flag.TARGET_ACCURACY,
            Flag.SPILL_ABOVE,
            Flag.OUT,
            Flag.RESUME,
            Flag.KEEP_EVERY,
            Flag.FROM_ROUND));
  }

  @Command(
      name = "kula",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND",
      description = "Federated learning in which devices trade data by pointer.",
      commandListHeading = "%nCommands:%n",
      footer = {
        "",
        "'kula COMMAND --help' lists a command's options. Exit codes: 0 done, 2 your mistake (one"
            + " line says which), 130 stopped by Ctrl-C, 1 anything else."
      })
  @SuppressWarnings("UnusedVariable") // Two of them are looked at before the others are parsed.
  private static final class Root {
    @Option(
        names = "--stacktrace",
        scope = ScopeType.INHERIT,
        description = "Print the stack trace of an internal error.")
    boolean stackTrace;

    @Option(
        names = "--json",
        scope = ScopeType.INHERIT,
        description =
            "Print the result, or what is wrong, as one JSON document on standard output, and"
                + " nothing else there.")
    boolean json;

    @Option(
        names = "--color",
        scope = ScopeType.INHERIT,
        paramLabel = "WHEN",
        description =
            "auto (on a terminal, unless NO_COLOR is set), always or never. Default: auto")
    Colour.When colour = Colour.When.auto;
  }
}
