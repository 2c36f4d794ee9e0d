package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.Rule.Form;
import dev.kula.data.FederatedData;
import dev.kula.data.source.DataSource;
import dev.kula.fleet.Pace;
import dev.kula.fleet.SimulatedFleet;
import dev.kula.model.EngineFactory;
import dev.kula.round.FleetProvider;
import dev.kula.round.Run;
import dev.kula.round.RunListener;
import dev.kula.round.Simulation;
import dev.kula.round.SimulationParts;
import dev.kula.round.SimulationRecipe;
import dev.kula.round.SimulationSettings;
import dev.kula.store.RunDirectory;
import dev.kula.store.SpilledStates;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/** Where the devices of a simulation live, as {@code --fleet} says. */
final class FleetChoice {
  static final String HELP =
      "Where the devices live: local, in this process; spark, on Apache Spark in this process;"
          + " spark:MASTER, on a cluster, such as spark://HOST:7077. The results do not depend on"
          + " it.";

  private static final String LOCAL = "local";
  private static final String SPARK = "spark";

  private FleetChoice() {}

  /** What {@code --fleet} may be. */
  static Rule<String> rule() {
    return Rule.forms(Form.word(LOCAL), Form.text(SPARK, "MASTER").orWithout());
  }

  /**
   * Checks settings whose flags are each in their range.
   *
   * @throws KulaException the user's mistake, if the fleet cannot do what they ask for
   */
  static void check(RunSettings settings) {
    if (settings.fleet().equals(LOCAL)) {
      return;
    }
    refuse(
        !PacePlan.of(settings).equals(Pace.ALL),
        settings,
        "there a round ends when all have trained, and --pace is '%s'".formatted(settings.pace()));
    refuse(
        !settings.attack().equals("none"),
        settings,
        "attackers of --attack %s know of each other, and must be in one process"
            .formatted(settings.attack()));
    refuse(
        settings.robust().contains("trusted-root"),
        settings,
        "--robust %s compares updates with one of the base set, which is not trained there"
            .formatted(settings.robust()));
    refuse(
        settings.strategy().equals(PersonalPlan.POOLED),
        settings,
        "with --strategy pooled one process has all data");
    refuse(
        settings.model().startsWith("torchscript:"),
        settings,
        "--model torchscript has not been tried there");
  }

  private static void refuse(boolean when, RunSettings settings, String why) {
    if (when) {
      throw KulaException.user(
          "--fleet is '%s', but %s; use --fleet local".formatted(settings.fleet(), why));
    }
  }

  /** A run on the fleet of its settings, which has not begun. */
  static Run run(
      Batch.Job job,
      FederatedData data,
      SimulationSettings plan,
      EngineFactory engines,
      RunDirectory directory,
      RunListener listener) {
    String fleet = job.settings().fleet();
    if (fleet.equals(LOCAL)) {
      return local(job.settings(), data, plan, engines, directory, listener);
    }
    SimulationParts parts = new SimulationParts(data, plan, engines);
    SimulatedFleet elsewhere =
        provider(fleet).create(fleet, parts, Recipe.of(job), directory.file(SPARK));
    return new Simulation(parts, elsewhere, listener);
  }

  private static Run local(
      RunSettings settings,
      FederatedData data,
      SimulationSettings plan,
      EngineFactory engines,
      RunDirectory directory,
      RunListener listener) {
    boolean spills = data.devices().size() > settings.spillAbove() && !plan.pooled();
    if (!spills) {
      return new Simulation(data, plan, engines, listener);
    }
    SpilledStates states = SpilledStates.create(directory.file(SpilledStates.NAME));
    try {
      return new Simulation(data, plan, engines, listener, Optional.of(states));
    } catch (RuntimeException failure) {
      states.close();
      throw failure;
    }
  }

  private static FleetProvider provider(String fleet) {
    return ServiceLoader.load(FleetProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.provides(fleet))
        .findFirst()
        .orElseThrow(
            () ->
                KulaException.user(
                    "--fleet is '%s', but Spark is not on the class path; start Kula with its script, which builds it, or use --fleet local"
                        .formatted(fleet)));
  }

  /**
   * What was typed.
   *
   * @param settings of one run
   * @param stopsEarly whether it may
   */
  private record Recipe(RunSettings settings, boolean stopsEarly) implements SimulationRecipe {
    /** With the whole path of the data: other processes have other working directories. */
    static Recipe of(Batch.Job job) {
      String data =
          switch (DataSource.parse(job.settings().data())) {
            case DataSource.FashionMnist bundled -> bundled.notation();
            case DataSource.Idx idx -> new DataSource.Idx(whole(idx.directory())).notation();
            case DataSource.Csv csv -> new DataSource.Csv(whole(csv.file())).notation();
            case DataSource.Folder folder ->
                new DataSource.Folder(whole(folder.directory())).notation();
            case DataSource.Leaf leaf -> new DataSource.Leaf(whole(leaf.path())).notation();
            case DataSource.Parquet parquet ->
                new DataSource.Parquet(whole(Path.of(parquet.pattern())).toString()).notation();
            case DataSource.Own own -> own.notation();
            case DataSource.Sql sql ->
                sql.isFile()
                    ? new DataSource.Sql(whole(Path.of(sql.query())).toString()).notation()
                    : sql.notation();
          };
      return new Recipe(job.settings().with(Flag.DATA, data), job.stopsEarly());
    }

    private static Path whole(Path path) {
      return path.toAbsolutePath().normalize();
    }

    @Override
    public SimulationParts make() {
      EngineFactory engines = ModelEngines.best();
      FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
      return new SimulationParts(
          data, new RunPlanner(engines).plan(settings, data, stopsEarly), engines);
    }
  }
}
