package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.http.PredictionPort;
import dev.kula.client.DeviceRunner;
import dev.kula.client.Journals;
import dev.kula.client.OwnDevice;
import dev.kula.client.Owner;
import dev.kula.client.ServedModel;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.DataSource;
import dev.kula.device.PointerEvent;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingEngine;
import dev.kula.peer.Role;
import dev.kula.store.NamedModel;
import dev.kula.store.SafeTensors;
import dev.kula.store.SqlitePointerTrail;
import dev.kula.store.SqliteReleaseJournal;
import dev.kula.wire.FleetData;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.SettingsCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A device with data of its own, in this process. In its directory is all that has to outlive it:
 * the jobs of the run, its account, what became of its pointers, and the personal model.
 */
final class OwnAttendance {
  /** Where it is written down what became of pointers. */
  static final String POINTERS = "pointers.db";

  private static final String JOBS = "device.jobs";
  private static final String RELEASES = "releases.db";

  /** In the metadata of the personal model: how it can be served without a server. */
  static final String SETTINGS = "settings";

  private static final String ROUND = "round";

  private final AttendancePlan plan;
  private final OwnTerms terms;
  private final Path directory;
  private final Terminal terminal;

  /**
   * One that has not begun.
   *
   * @param directory made if it is not there
   */
  OwnAttendance(AttendancePlan plan, OwnTerms terms, Path directory, Terminal terminal) {
    this.plan = plan;
    this.terms = terms;
    this.directory = directory;
    this.terminal = terminal;
  }

  /**
   * Attends until the run ends, and serves the model for as long as the owner wants.
   *
   * @param settings say where its data are, and how they are split
   * @return the file with the personal model
   */
  Path attend(RunSettings settings, EngineFactory engines) {
    Attendance.make(directory);
    refuseOtherAccount();
    Path file = directory.resolve(Attendance.MODEL);
    try (ServedModel served = new ServedModel(state -> keep(file, state))) {
      restore(file, served, engines);
      Optional<PredictionPort> port = terms.serving().map(at -> serve(at, served));
      try {
        tell(takePart(settings, engines, served), served.status(), file);
        if (port.isPresent()) {
          untilEnded();
        }
        return file;
      } finally {
        port.ifPresent(PredictionPort::close);
      }
    }
  }

  /** Until the run ends; then the owner may look at the trail, whatever is served. */
  private DeviceRunner.Standing takePart(
      RunSettings settings, EngineFactory engines, ServedModel served) {
    DataSource.Tabular source = (DataSource.Tabular) DataSource.parse(settings.data());
    Path releases = directory.resolve(RELEASES);
    try (SqlitePointerTrail trail =
            SqlitePointerTrail.open(directory.resolve(POINTERS), InstantSource.system());
        Journals<SqliteReleaseJournal> account =
            new Journals<>(
                (run, filter) -> SqliteReleaseJournal.open(releases, run, filter),
                SqliteReleaseJournal::close)) {
      OwnDevice device =
          new OwnDevice(
              plan.name(),
              plan.tls().deviceKeys(),
              plan.tls().trust(),
              source::load,
              SplitSpec.parse(settings.split()),
              terms.givesRaw(),
              terms.mostEpsilon(),
              account::of,
              engines,
              owner(trail),
              served);
      return new Attendance<>(
              plan,
              Role.DEVICE,
              device::runner,
              Optional.of(device.shown()),
              directory,
              JOBS,
              terminal)
          .attend(DeviceRunner::standing);
    }
  }

  /** What a device has spent must not be forgotten because another program kept count of it. */
  private void refuseOtherAccount() {
    Path other = directory.resolve("releases.jsonl");
    if (Files.exists(other)) {
      throw KulaException.user(
          "'%s' has the account of this device, which kula device cannot read; go on with the"
                  .formatted(other)
              + " application that wrote it, or enrol the device anew");
    }
  }

  private Owner owner(SqlitePointerTrail trail) {
    return new Owner() {
      @Override
      public void trouble(String line) {
        terminal.err().printf("kula: %s%n", line);
      }

      @Override
      public void moved(String run, long delivery, List<PointerEvent> events) {
        trail.add(run, delivery, events);
      }
    };
  }

  private PredictionPort serve(Address at, ServedModel model) {
    PredictionPort port = PredictionPort.open(at.socket(), model);
    terminal.err().printf("kula: predictions on %s%n", new Address(at.host(), port.port()));
    return port;
  }

  /** Serves what it has, until the process is told to end. */
  private void untilEnded() {
    terminal.err().printf("kula: the run is over; predictions go on until this process is ended%n");
    CountDownLatch never = new CountDownLatch(1);
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(Path file, ServedModel.State state) {
    SafeTensors.write(
        file,
        List.of(new NamedModel("", state.layout(), state.parameters())),
        Map.of(
            "device",
            plan.name().name(),
            ROUND,
            Integer.toString(state.round()),
            SETTINGS,
            Base64.getEncoder().encodeToString(SettingsCodec.encode(state.settings()))));
  }

  /** Serves what an earlier process has left, if it has. */
  private void restore(Path file, ServedModel served, EngineFactory engines) {
    if (!Files.exists(file)) {
      return;
    }
    try {
      SafeTensors.Contents contents = SafeTensors.read(file);
      FleetSettings settings =
          SettingsCodec.decode(Base64.getDecoder().decode(said(contents, SETTINGS)));
      if (!(settings.data() instanceof FleetData.Own own)) {
        throw KulaException.user("it is of a rehearsal");
      }
      TrainingEngine engine = engines.create(settings.model(), settings.input(), settings.task());
      float[] parameters = contents.model("").parameters();
      if (!engine.layout().equals(contents.model("").layout())) {
        engine.close();
        throw KulaException.user("its tensors are not those of " + settings.model().notation());
      }
      served.restore(
          new ServedModel.State(
              settings, Integer.parseInt(said(contents, ROUND)), engine.layout(), parameters),
          own.schema(),
          engine);
    } catch (KulaException | IllegalArgumentException other) {
      terminal
          .err()
          .printf(
              "kula: '%s' is not served, and is replaced by the next model (%s)%n",
              file, other.getMessage());
    }
  }

  private static String said(SafeTensors.Contents contents, String key) {
    String text = contents.metadata().get(key);
    if (text == null) {
      throw KulaException.user("it does not say its " + key);
    }
    return text;
  }

  /** For the owner's eyes. */
  private void tell(
      DeviceRunner.Standing standing, Optional<ServedModel.Status> served, Path file) {
    ServedModel.Status status =
        served.orElseThrow(
            () -> KulaException.remote("the run ended before there was a personal model"));
    if (terminal.json()) {
      return; // the command says where the model is
    }
    standing
        .score()
        .ifPresent(
            score ->
                terminal
                    .out()
                    .printf("Own exam: %s %%, on samples put aside%n", Figures.percent(score)));
    terminal
        .out()
        .printf(
            "Privacy spent in all runs: ε %s on what had noise%s%n",
            Figures.epsilon(standing.epsilon()),
            standing.withoutNoise().isEmpty()
                ? "; all had"
                : "; without: " + String.join(", ", standing.withoutNoise()));
    terminal
        .out()
        .printf(
            "Personal model: %s, of round %d%s%n",
            file,
            status.round(),
            status.keptBack() == 0
                ? ""
                : "; %d newer ones did worse on own labels".formatted(status.keptBack()));
  }
}
