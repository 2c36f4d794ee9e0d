package dev.kula.app;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kula device}. */
@Command(
    name = "device",
    mixinStandardHelpOptions = true,
    description = {
      "Takes part in a live fleet until its run ends, and goes on through broken connections, or"
          + " where it was killed.",
      "Keeps its jobs, device.jobs, and the personal model that it ends with, personal.safetensors,"
          + " in a directory."
    },
    footer = {
      "",
      "Example:",
      "  kula device --rehearse --server fleet.example.org --identity device-03 --devices 10",
      "",
      "The flags of the run must be those of the server's, as with the same --config."
    })
final class DeviceCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private AttendanceOptions attendance = new AttendanceOptions();

  DeviceCommand(Runner runner, Terminal terminal, InstantSource clock) {
    this.runner = runner;
    this.terminal = terminal;
    this.clock = clock;
    this.spec = CommandSpec.create();
  }

  /** What it takes of a run's flags. */
  static Set<Flag> flags() {
    Set<Flag> flags = EnumSet.copyOf(OrchestrateCommand.flags());
    flags.remove(Flag.RESUME); // it goes on by itself
    return flags;
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    AttendancePlan plan = attendance.plan(settings, clock);
    terminal.out().printf("Personal model: %s%n", runner.attend(settings, plan, terminal));
    return Kula.DONE;
  }
}
