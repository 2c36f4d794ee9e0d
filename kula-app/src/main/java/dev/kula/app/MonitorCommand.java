package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.server.TierProvider;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula monitor}. */
@Command(
    name = "monitor",
    mixinStandardHelpOptions = true,
    description = {
      "Is the monitor of a live fleet until its run ends: compares devices by their profiles, plans"
          + " swaps, and keeps reputations.",
      "Goes on through broken connections, or where it was killed: monitor.jobs, in a directory, keeps"
          + " what it was asked."
    },
    footer = {
      "",
      "Example:",
      "  kula monitor --rehearse --server fleet.example.org --identity monitor --devices 10",
      "",
      "With --kafka, several processes are one monitor, and hand over to each other.",
      "The server needs --monitor. The flags of the run must be those of the server's, as with the"
          + " same --config."
    })
final class MonitorCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private AttendanceOptions attendance = new AttendanceOptions();
  @Mixin private KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--members",
      paramLabel = "FILE",
      defaultValue = "${env:KULA_MEMBERS}",
      description =
          "With --kafka, devices with data of their own, as the orchestrator has them; --data is then"
              + " its example.")
  private @Nullable Path members;

  MonitorCommand(Runner runner, Terminal terminal, InstantSource clock) {
    this.runner = runner;
    this.terminal = terminal;
    this.clock = clock;
    this.spec = CommandSpec.create();
  }

  /** What it takes of a run's flags. */
  static Set<Flag> flags() {
    return DeviceCommand.flags();
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    if (kafka.file().isPresent()) {
      return oneOfSeveral(kafka.required(), settings);
    }
    OrchestrateCommand.refuse(members != null, "--members", "that is for --kafka");
    if (!attendance.rehearses()) {
      throw KulaException.user(
          "--rehearse is not given, must be: where devices have data of their own, the orchestrator"
              + " is the monitor, too; add it");
    }
    OrchestrateCommand.requireLive(settings);
    runner.monitor(settings, attendance.plan(Optional.empty(), Optional.empty(), clock), terminal);
    return Kula.DONE;
  }

  private int oneOfSeveral(Path file, RunSettings settings) {
    TierProvider provider = TierProvider.find();
    OrchestrateCommand.requireLive(settings);
    if (!attendance.rehearses() && members == null) {
      throw KulaException.user(
          "--members is left out, must name the file that the orchestrator has; add it, or"
              + " --rehearse");
    }
    Optional<Membership> own = Optional.ofNullable(members).map(Membership::begin);
    RunSettings all =
        own.map(devices -> OrchestrateCommand.deployed(settings, devices)).orElse(settings);
    return AggregateCommand.await(provider.monitor(file, runner.terms(all, own)));
  }
}
