package dev.kula.app;

import dev.kula.audit.AuditReport;
import dev.kula.server.MonitorTerms;
import dev.kula.store.database.RunDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A kula command with its streams caught, over a runner that notes what it was asked to do. */
final class Console {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<RunSettings> asked = new ArrayList<>();
  private final Map<String, Object> recorded;
  private final Function<RunSettings, Runner.Finished> result;
  private AuditReport audited = new AuditReport(List.of(), List.of());

  Console() {
    this(Map.of(), settings -> new Runner.Finished(Results.simulated(), Path.of("runs", "1")));
  }

  Console(Map<String, Object> recorded, Function<RunSettings, Runner.Finished> result) {
    this.recorded = recorded;
    this.result = result;
  }

  /** What the next audit comes to. */
  Console auditing(AuditReport report) {
    audited = report;
    return this;
  }

  int run(String... arguments) {
    Terminal terminal =
        Terminal.of(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Kula(new Noting(), terminal).run(arguments);
  }

  /** The settings of the only command that reached the runner. */
  RunSettings asked() {
    if (asked.size() != 1) {
      throw new AssertionError(asked.size() + " commands reached the runner; " + err());
    }
    return asked.getFirst();
  }

  boolean nothingAsked() {
    return asked.isEmpty();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private final class Noting implements Runner {
    @Override
    public Finished simulate(
        RunSettings settings,
        Optional<RunDatabase> store,
        Optional<Watch> watch,
        Terminal terminal) {
      asked.add(settings);
      return result.apply(settings);
    }

    @Override
    public Finished compare(RunSettings settings, Optional<RunDatabase> store, Terminal terminal) {
      return simulate(settings, Optional.empty(), Optional.empty(), terminal);
    }

    @Override
    public Advised advise(AdvicePlan plan, Terminal terminal) {
      asked.add(plan.settings());
      return new Advised(Results.advice(), Path.of("runs", "1"));
    }

    @Override
    public Finished orchestrate(RunSettings settings, FleetPlan plan, Terminal terminal) {
      return simulate(settings, Optional.empty(), Optional.empty(), terminal);
    }

    @Override
    public Path attend(RunSettings settings, AttendancePlan plan, Terminal terminal) {
      asked.add(settings);
      return Path.of("runs", plan.name().name(), "personal.safetensors");
    }

    @Override
    public void monitor(RunSettings settings, AttendancePlan plan, Terminal terminal) {
      asked.add(settings);
    }

    @Override
    public MonitorTerms terms(RunSettings settings, Optional<Membership> members) {
      throw new UnsupportedOperationException("there is no Kafka here");
    }

    @Override
    public void describe(RunSettings settings, Terminal terminal) {
      asked.add(settings);
    }

    @Override
    public Finding memory(RunSettings settings) {
      return Finding.ok("memory", "enough");
    }

    @Override
    public void plan(RunSettings settings, int measuredSeeds, Terminal terminal) {
      asked.add(settings);
    }

    @Override
    public AuditReport audit(RunSettings settings, AuditPlan plan, Terminal terminal) {
      asked.add(settings);
      return audited;
    }

    @Override
    public Map<String, Object> recorded(Path directory) {
      return recorded;
    }
  }
}
