package dev.kula.app;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at what runs need of this machine, and says of what is wrong how to put it right.",
      "With the flags of a run, also at its data and memory; with those of a live fleet, at"
          + " certificates and ports. Exit code 1 if something fails."
    },
    footer = {
      "",
      "Examples:",
      "  kula doctor",
      "  kula doctor --data csv:readings.csv --partition natural --model mlp:64",
      "  kula doctor --identity orchestrator --listen 0.0.0.0:7443",
      "  kula doctor --identity device-03 --server fleet.example.org"
    })
final class DoctorCommand implements Callable<Integer> {
  /** What says how large a run is, and where it writes. */
  static final Set<Flag> FLAGS =
      EnumSet.of(
          Flag.DATA,
          Flag.DEVICE_COLUMN,
          Flag.TIME_COLUMN,
          Flag.LABEL_COLUMN,
          Flag.TASK,
          Flag.PARTITION,
          Flag.DEVICES,
          Flag.MODEL,
          Flag.STRATEGY,
          Flag.PERSONALIZATION,
          Flag.THREADS,
          Flag.SPILL_ABOVE,
          Flag.OUT);

  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private IdentityOptions identity = new IdentityOptions();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where a process of this machine is to listen: is that free?")
  private @Nullable String listen;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "Where a fleet's server listens: can it be reached, and with --identity, do the two"
              + " believe each other?")
  private @Nullable String server;

  DoctorCommand(Runner runner, Terminal terminal, InstantSource clock) {
    this.runner = runner;
    this.terminal = terminal;
    this.clock = clock;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    Optional<Address> free =
        Optional.ofNullable(listen).map(text -> Address.read("--listen", text));
    Optional<Address> reached =
        Optional.ofNullable(server).map(text -> Address.read("--server", text));
    List<Finding> findings = new ArrayList<>(Machine.look(terminal));
    String out = settings.out();
    findings.add(Machine.directory(Path.of(out == null ? "runs" : out)));
    findings.add(runner.memory(settings));
    findings.addAll(new Papers(identity, clock).look(free.isPresent()));
    free.ifPresent(address -> findings.add(Ports.free(address)));
    reached.ifPresent(address -> findings.addAll(Ports.reach(address, identity, clock)));
    boolean well = findings.stream().noneMatch(one -> one.grade() == Finding.Grade.fail);
    terminal.result(() -> new Document.Diagnosis(well, findings), () -> text(findings));
    return well ? Kula.DONE : Kula.FAILED;
  }

  private String text(List<Finding> findings) {
    Colour colour = terminal.colour();
    StringBuilder text = new StringBuilder();
    int width = findings.stream().mapToInt(one -> one.subject().length()).max().orElse(0);
    for (Finding one : findings) {
      String grade =
          switch (one.grade()) {
            case ok -> colour.green("ok  ");
            case warn -> colour.yellow("warn");
            case fail -> colour.red("fail");
          };
      text.append(grade)
          .append("  ")
          .append(one.subject())
          .append(" ".repeat(width - one.subject().length() + 2))
          .append(one.found())
          .append('\n');
      if (one.remedy() != null) {
        text.append(" ".repeat(width + 8)).append("→ ").append(one.remedy()).append('\n');
      }
    }
    return text.toString();
  }
}
