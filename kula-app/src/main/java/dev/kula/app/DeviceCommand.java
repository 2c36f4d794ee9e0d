package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import dev.kula.data.source.DataSource;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula device}. */
@Command(
    name = "device",
    mixinStandardHelpOptions = true,
    description = {
      "Takes part in a live fleet until its run ends, and goes on through broken connections, or"
          + " where it was killed.",
      "Keeps its jobs, device.jobs, what it has released, releases.db, what became of its pointers,"
          + " pointers.db, and its personal model, personal.safetensors, in a directory."
    },
    footer = {
      "",
      "Examples:",
      "  kula device --server fleet.example.org --identity device-03 --data csv:mine.csv",
      "  kula device --rehearse --server fleet.example.org --identity device-03 --devices 10",
      "",
      "With --rehearse, the flags of the run must be those of the server's, as with the same"
          + " --config. Without, only --data, --split and --out are a device's own to say."
    })
final class DeviceCommand implements Callable<Integer> {
  /** What a device with data of its own is asked. */
  private static final Set<Flag> OWN = EnumSet.of(Flag.DATA, Flag.SPLIT, Flag.OUT);

  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private AttendanceOptions attendance = new AttendanceOptions();

  @Option(
      names = "--give-raw",
      description =
          "Let raw samples leave this device, and others' enter, where the operator's run swaps"
              + " them. By default none do.")
  private boolean giveRaw;

  @Option(
      names = "--max-epsilon",
      paramLabel = "E",
      defaultValue = "inf",
      description =
          "Take part in no run that could bring what this device has spent of its privacy, in all"
              + " runs, above E, or that releases anything without noise. Default: ${DEFAULT-VALUE},"
              + " no limit")
  private String maxEpsilon = "";

  @Option(
      names = "--serve",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_SERVE}",
      description =
          "Answer /predict and /model there with the personal model, over HTTP without a password,"
              + " also after the run, until the process is ended. By default nothing is answered.")
  private @Nullable String serving;

  @Option(
      names = "--peer-listen",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_PEER_LISTEN}",
      description =
          "Let other devices of the fleet hand what is large to this one there, over TLS with"
              + " certificates on both sides, and hand it to those that do the same. By default"
              + " everything goes through the orchestrator, as does what cannot be handed.")
  private @Nullable String peerListen;

  @Option(
      names = "--peer-address",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_PEER_ADDRESS}",
      description = "Where other devices reach --peer-listen, if that is another address.")
  private @Nullable String peerAddress;

  DeviceCommand(Runner runner, Terminal terminal, InstantSource clock) {
    this.runner = runner;
    this.terminal = terminal;
    this.clock = clock;
    this.spec = CommandSpec.create();
  }

  /** What it takes of a run's flags. */
  static Set<Flag> flags() {
    Set<Flag> flags = EnumSet.copyOf(OrchestrateCommand.flags());
    // It goes on, and back, by itself.
    flags.removeAll(List.of(Flag.RESUME, Flag.KEEP_EVERY, Flag.FROM_ROUND));
    return flags;
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    if (attendance.rehearses()) {
      OrchestrateCommand.requireLive(settings);
      OrchestrateCommand.refuse(giveRaw, "--give-raw", "a rehearsal has nobody's data");
      OrchestrateCommand.refuse(
          !maxEpsilon.equals("inf"), "--max-epsilon", "a rehearsal spends nobody's privacy");
      OrchestrateCommand.refuse(
          serving != null, "--serve", "a rehearsal's model is for trying things out");
    } else {
      requireOwn(settings);
    }
    AttendancePlan plan = attendance.plan(terms(), PeerPlan.read(peerListen, peerAddress), clock);
    Path model = runner.attend(settings, plan, terminal);
    if (attendance.rehearses() || terminal.json()) {
      terminal.result(
          () -> new Document.Attended(model.toString()),
          () -> "Personal model: %s\n".formatted(model));
    }
    return Kula.DONE;
  }

  private Optional<OwnTerms> terms() {
    return attendance.rehearses()
        ? Optional.empty()
        : Optional.of(
            new OwnTerms(
                giveRaw,
                mostEpsilon(),
                Optional.ofNullable(serving).map(text -> Address.read("--serve", text))));
  }

  private double mostEpsilon() {
    if (maxEpsilon.equals("inf")) {
      return Double.POSITIVE_INFINITY;
    }
    OptionalDouble most = Decimal.parse(maxEpsilon);
    if (most.isEmpty() || !(most.getAsDouble() > 0)) {
      throw KulaException.user(
          "--max-epsilon is '%s', must be a number above 0, or inf; try 8".formatted(maxEpsilon));
    }
    return most.getAsDouble();
  }

  /** Refuses what the server says where devices have data of their own. */
  private static void requireOwn(RunSettings settings) {
    if (!(DataSource.parse(settings.data()) instanceof DataSource.Tabular)) {
      throw KulaException.user(
          "--data is '%s', must be a table of this device's own; add --data csv:FILE or another"
                  .formatted(settings.data())
              + " table, or --rehearse to take a part of data that all have");
    }
    Map<String, Object> defaults = RunSettings.defaults().asMap();
    for (Flag flag : flags()) {
      Object value = settings.asMap().get(flag.key());
      if (!OWN.contains(flag) && !Objects.equals(value, defaults.get(flag.key()))) {
        throw KulaException.user(
            "%s is '%s', must be left out without --rehearse: the server says it; remove it"
                .formatted(flag.option(), value));
      }
    }
  }
}
