package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import dev.kula.data.source.DataSource;
import dev.kula.server.Patience;
import dev.kula.wire.identity.Tls;
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
      "  kula orchestrate --identity orchestrator --data csv:example.csv --members members.txt",
      "  kula orchestrate --rehearse --identity orchestrator --devices 10",
      "  kula orchestrate --rehearse --identity orchestrator --config run.yaml --listen"
          + " 10.0.0.1:7443"
    })
final class OrchestrateCommand implements Callable<Integer> {
  /** Flags that say how data are dealt. */
  private static final List<Flag> DEALING =
      List.of(
          Flag.PARTITION,
          Flag.DEVICES,
          Flag.SPLIT,
          Flag.SCENARIO,
          Flag.SHIFT,
          Flag.COURSE,
          Flag.BASE);

  private final Runner runner;
  private final Terminal terminal;
  private final InstantSource clock;
  @Spec private CommandSpec spec;
  @Mixin private IdentityOptions identity = new IdentityOptions();
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private OperationsOptions operations = new OperationsOptions();
  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private DashboardOptions dashboard = new DashboardOptions();

  @Option(
      names = "--dashboard",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_DASHBOARD}",
      description =
          "Show the run in a browser there: over HTTP where only this machine can ask, over HTTPS"
              + " with the certificate of --identity, and a token, elsewhere. By default nothing is"
              + " shown.")
  private @Nullable String shown;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_LISTEN:-0.0.0.0:7443}",
      description = "Where devices connect to. Default: ${DEFAULT-VALUE}")
  private String listen = "";

  @Option(
      names = "--members",
      paramLabel = "FILE",
      defaultValue = "${env:KULA_MEMBERS}",
      description =
          "Devices with data of their own that may take part, a name a line; --data is then an"
              + " example of such data that is nobody's secret: its columns, labels and scale are"
              + " those of all, and the global model is examined on it.")
  private @Nullable Path members;

  @Option(
      names = "--at-least",
      paramLabel = "N",
      description =
          "Of the --members, how many must have come by --gather for the run to begin, and be there"
              + " when a round begins; the others join when they come. Default: all to begin with, and"
              + " then one.")
  private @Nullable Integer atLeast;

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
      defaultValue = "${env:KULA_REHEARSE:-false}",
      fallbackValue = "true",
      description =
          "Let the devices of a simulation run in processes of their own: each deals the same data"
              + " and takes the part that its certificate names. Noise and keys come from the seed,"
              + " and protect nobody.")
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
    flags.removeAll(
        List.of(
            Flag.ATTACK, Flag.ATTACKERS, Flag.SECURE_AGGREGATION, Flag.THREADS, Flag.SPILL_ABOVE));
    return flags;
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    requireLive(settings);
    if (kafka.file().isPresent()) {
      requireSums(settings);
    }
    Optional<Membership> membership = membership(settings).map(this::enough);
    refuse(
        membership.isEmpty() && atLeast != null, "--at-least", "a rehearsal waits for all devices");
    if (membership.isPresent()) {
      settings = deployed(settings, membership.get());
    }
    Optional<Tls> tls =
        kafka.file().isPresent() ? Optional.empty() : Optional.of(identity.ofServer(clock));
    FleetPlan.Entrance entrance =
        tls.<FleetPlan.Entrance>map(
                own -> new FleetPlan.Port(Address.read("--listen", listen), own))
            .orElseGet(() -> new FleetPlan.Kafka(kafka.required()));
    Optional<Watch> watch =
        dashboard.watch(
            "--dashboard", shown, tls.map(Tls::openContext), spec.commandLine(), terminal);
    try {
      Runner.Finished finished =
          runner.orchestrate(settings, plan(entrance, membership, watch), terminal);
      ResultTable.of(finished.summary()).show(finished, terminal);
      return Kula.DONE;
    } finally {
      watch.ifPresent(Watch::close);
    }
  }

  private FleetPlan plan(
      FleetPlan.Entrance entrance, Optional<Membership> membership, Optional<Watch> watch) {
    return new FleetPlan(
        entrance,
        membership,
        monitor,
        Durations.read("--gather", gather),
        new Patience(
            Durations.read("--patience", patience),
            Durations.read("--absence", absence),
            share(quorum)),
        operations.address(),
        store.open(),
        watch);
  }

  private static double share(String text) {
    OptionalDouble share = Decimal.parse(text);
    if (share.isEmpty() || !(share.getAsDouble() > 0 && share.getAsDouble() <= 1)) {
      throw KulaException.user(
          "--quorum is '%s', must be a share above 0 and at most 1; try 0.9".formatted(text));
    }
    return share.getAsDouble();
  }

  /** Who takes part with data of their own; empty for a rehearsal. */
  private Optional<Membership> membership(RunSettings settings) {
    String resume = settings.resume();
    Optional<Membership> recorded =
        resume == null ? Optional.empty() : Membership.of(Path.of(resume));
    if (recorded.isPresent()) {
      refuse(rehearse, "--rehearse", "the run to be resumed is none");
      refuse(members != null, "--members", "the run to be resumed has them");
      refuseMonitor();
      return recorded;
    }
    if (rehearse) {
      refuse(members != null, "--members", "the devices of a rehearsal are those of its data");
      return Optional.empty();
    }
    if (members == null) {
      throw KulaException.user(
          "--members is left out, must name a file with the devices that have data of their own; add"
              + " it, or --rehearse to try things out on data that all have");
    }
    refuseMonitor();
    return Optional.of(Membership.begin(members));
  }

  private void refuseMonitor() {
    refuse(
        monitor && kafka.file().isEmpty(),
        "--monitor",
        "where devices have data of their own, this process is it, but for --kafka");
  }

  static void refuse(boolean given, String option, String why) {
    if (given) {
      throw KulaException.user(
          "%s is given, must be left out: %s; remove it".formatted(option, why));
    }
  }

  /** Settings of a run of devices with data of their own, which are dealt no others. */
  static RunSettings deployed(RunSettings settings, Membership membership) {
    if (!(DataSource.parse(settings.data()) instanceof DataSource.Tabular)) {
      throw KulaException.user(
          "--data is '%s', must be a table like those of the devices; add --data csv:FILE or another"
              .formatted(settings.data()));
    }
    Map<String, Object> defaults = RunSettings.defaults().asMap();
    if (settings.resume() == null) {
      for (Flag flag : DEALING) {
        Object value = settings.asMap().get(flag.key());
        if (!Objects.equals(value, defaults.get(flag.key()))) {
          throw KulaException.user(
              "%s is '%s', must be left out with --members: devices have data of their own; remove it"
                  .formatted(flag.option(), value));
        }
      }
    }
    return settings.with(Flag.DEVICES, membership.members().size()).with(Flag.BASE, 0.0);
  }

  private Membership enough(Membership membership) {
    if (atLeast == null) {
      return membership;
    }
    int most = membership.members().size();
    if (atLeast < 1 || atLeast > most) {
      throw KulaException.user(
          "--at-least is %d, must be from 1 to the %d --members; correct it"
              .formatted(atLeast, most));
    }
    return membership.withAtLeast(atLeast);
  }

  /** Refuses what needs updates by themselves, or depends on which of them come first. */
  private static void requireSums(RunSettings settings) {
    Map<String, Object> defaults = RunSettings.defaults().asMap();
    for (Flag flag : List.of(Flag.ROBUST, Flag.CLUSTERS, Flag.PACE)) {
      Object value = settings.asMap().get(flag.key());
      if (!Objects.equals(value, defaults.get(flag.key()))) {
        throw KulaException.user(
            "%s is '%s', must be left out with --kafka, where updates fold as they come and apart from"
                    .formatted(flag.option(), value)
                + " each other; remove one of the two");
      }
    }
  }

  /** Refuses what is there in a simulation alone. */
  static void requireLive(RunSettings settings) {
    if (settings.strategy().equals(PersonalPlan.POOLED)) {
      throw KulaException.user(
          "--strategy is '%s', must be one for devices that keep their data; that one is an oracle"
                  .formatted(PersonalPlan.POOLED)
              + " for kula simulate");
    }
    if (!settings.fleet().equals("local")) {
      throw KulaException.user(
          "--fleet is '%s', must be left out for a live fleet, whose devices are where they are"
              .formatted(settings.fleet()));
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
