package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import dev.kula.server.Patience;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula orchestrate}. */
@Command(
    name = "orchestrate",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the rounds of a live fleet, whose devices are processes that connect to this one.",
      "Writes what kula simulate writes, but for the personal models, which devices keep."
    },
    footer = {
      "",
      "Examples:",
      "  kula orchestrate --rehearse --identity orchestrator --devices 10",
      "  kula orchestrate --rehearse --identity orchestrator --config run.yaml --listen"
          + " 10.0.0.1:7443"
    })
final class OrchestrateCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private IdentityOptions identity = new IdentityOptions();
  @Mixin private OperationsOptions operations = new OperationsOptions();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_LISTEN:-0.0.0.0:7443}",
      description = "Where devices connect to. Default: ${DEFAULT-VALUE}")
  private String listen = "";

  @Option(
      names = "--gather",
      paramLabel = "TIME",
      defaultValue = "10m",
      description =
          "How long devices may take to come before the run begins. Default:" + " ${DEFAULT-VALUE}")
  private String gather = "";

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      defaultValue = "10m",
      description =
          "How long a device may take for a step; who takes longer is left out until the next"
              + " round. Default: ${DEFAULT-VALUE}")
  private String patience = "";

  @Option(
      names = "--absence",
      paramLabel = "TIME",
      defaultValue = "1m",
      description =
          "How long a device whose connection broke may take to come back. Default:"
              + " ${DEFAULT-VALUE}")
  private String absence = "";

  @Option(
      names = "--quorum",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "Share of the devices at work whose answers are enough: when they are there, the others"
              + " may take three times as long, and are then left out until the next round. Default:"
              + " ${DEFAULT-VALUE}, wait for all")
  private String quorum = "";

  @Option(
      names = "--monitor",
      defaultValue = "${env:KULA_MONITOR:-false}",
      fallbackValue = "true",
      description =
          "Let the monitor be a process of its own, kula monitor, and wait for it as for the"
              + " devices. By default this process is the monitor, too.")
  private boolean monitor;

  @Option(
      names = "--rehearse",
      description =
          "Let the devices of a simulation run in processes of their own: each deals the same data"
              + " and takes the part that its certificate names. Noise and keys come from the seed,"
              + " and protect nobody. Devices with data of their own are not there yet.")
  private boolean rehearse;

  OrchestrateCommand(Runner runner, Terminal terminal, InstantSource clock) {
    this.runner = runner;
    this.terminal = terminal;
    this.clock = clock;
    this.spec = CommandSpec.create();
  }

  /** What it takes of a run's flags. */
  static Set<Flag> flags() {
    Set<Flag> flags = EnumSet.copyOf(Kula.simulateFlags());
    flags.removeAll(List.of(Flag.ATTACK, Flag.ATTACKERS, Flag.SECURE_AGGREGATION, Flag.THREADS));
    return flags;
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    requireLive(settings, rehearse);
    FleetPlan plan =
        new FleetPlan(
            Address.read("--listen", listen),
            identity.ofServer(clock),
            monitor,
            Durations.read("--gather", gather),
            new Patience(
                Durations.read("--patience", patience),
                Durations.read("--absence", absence),
                share(quorum)),
            operations.address());
    Runner.Finished finished = runner.orchestrate(settings, plan, terminal);
    ResultTable table = ResultTable.of(finished.summary());
    terminal.out().print(table.text());
    terminal.out().printf("%nReport: %s%n", finished.directory().resolve("report.html"));
    return Kula.DONE;
  }

  private static double share(String text) {
    OptionalDouble share = Decimal.parse(text);
    if (share.isEmpty() || !(share.getAsDouble() > 0 && share.getAsDouble() <= 1)) {
      throw KulaException.user(
          "--quorum is '%s', must be a share above 0 and at most 1; try 0.9".formatted(text));
    }
    return share.getAsDouble();
  }

  /** Refuses what is there in a simulation alone. */
  static void requireLive(RunSettings settings, boolean rehearse) {
    if (!rehearse) {
      throw KulaException.user(
          "--rehearse is not given, must be: devices with data of their own are not there yet; add"
              + " it");
    }
    if (settings.strategy().equals(PersonalPlan.POOLED)) {
      throw KulaException.user(
          "--strategy is '%s', must be one for devices that keep their data; that one is an oracle"
                  .formatted(PersonalPlan.POOLED)
              + " for kula simulate");
    }
    for (Flag flag : List.of(Flag.ATTACK, Flag.SECURE_AGGREGATION)) {
      Object value = settings.asMap().get(flag.key());
      if (value != null && !value.equals("none")) {
        throw KulaException.user(
            "%s is '%s', must be none in a live fleet; kula simulate has it"
                .formatted(flag.option(), value));
      }
    }
  }
}
