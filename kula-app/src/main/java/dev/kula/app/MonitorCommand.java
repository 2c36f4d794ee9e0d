package dev.kula.app;

import dev.kula.KulaException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
      "The server needs --monitor. The flags of the run must be those of the server's, as with the"
          + " same --config."
    })
final class MonitorCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private AttendanceOptions attendance = new AttendanceOptions();

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
    if (!attendance.rehearses()) {
      throw KulaException.user(
          "--rehearse is not given, must be: where devices have data of their own, the orchestrator"
              + " is the monitor, too; add it");
    }
    OrchestrateCommand.requireLive(settings);
    runner.monitor(settings, attendance.plan(Optional.empty(), Optional.empty(), clock), terminal);
    return Kula.DONE;
  }
}
