package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kula.KulaException;
import dev.kula.client.DeviceRunner;
import dev.kula.client.JobLog;
import dev.kula.client.OwnDevice;
import dev.kula.client.Owner;
import dev.kula.client.Prediction;
import dev.kula.client.ServedModel;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.DataSource;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Personalization;
import dev.kula.device.PointerEvent;
import dev.kula.device.PrivacySettings;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingEngine;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.round.SimulationSettings;
import dev.kula.server.Deployment;
import dev.kula.store.SqliteReleaseJournal;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.SettingsCodec;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.v1.Welcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device with noise of its own comes through being killed as if it had not been. */
final class OwnDeviceTest {
  private static final EngineFactory ENGINES = Engines.best();
  private static final DeviceId NAME = new DeviceId("d0");
  private static final String RUN = "this run";

  @TempDir Path directory;
  private final List<String> troubles = new ArrayList<>();

  /** Rounds whose models were served. */
  private final List<Integer> kept = new ArrayList<>();

  /** Hears troubles. */
  private final Owner owner =
      new Owner() {
        @Override
        public void trouble(String line) {
          troubles.add(line);
        }

        @Override
        public void moved(String run, long delivery, List<PointerEvent> events) {}
      };

  /** A process of the device, with whatever the last one left in its directory. */
  private final class Running implements AutoCloseable {
    private final SqliteReleaseJournal journal;
    private final Worker<DeviceRunner> worker;
    private final ServedModel served = new ServedModel(state -> kept.add(state.round()));
    private long jobs;

    Running(Path place, PeerKeys keys, Trust trust) throws IOException {
      this(place, keys, trust, settings());
    }

    Running(Path place, PeerKeys keys, Trust trust, FleetSettings told) throws IOException {
      Files.createDirectories(place);
      journal =
          SqliteReleaseJournal.open(
              place.resolve("releases.db"), RUN, told.devices().privacy().filter());
      OwnDevice device =
          new OwnDevice(
              NAME,
              keys.deviceKeys(),
              trust,
              new DataSource.Csv(csv())::load,
              SplitSpec.parse("random:0.75"),
              false,
              20,
              (run, filter) -> journal,
              ENGINES,
              owner,
              served);
      worker = new Worker<>(device::runner, Optional.of(JobLog.open(place.resolve("device.jobs"))));
      jobs = worker.job();
      worker.welcome(
          Welcome.newBuilder()
              .setServer(ByteString.copyFromUtf8("server"))
              .setSettings(ByteString.copyFrom(SettingsCodec.encode(told)))
              .build());
    }

    Result done(Job job) {
      return worker.take(++jobs, JobCodec.encode(job));
    }

    float[] trained(int round) {
      Result result = done(train(round));
      return assertInstanceOf(Result.Trained.class, result, result::toString)
          .update()
          .orElseThrow()
          .delta();
    }

    @Override
    public void close() {
      worker.close();
      journal.close();
    }
  }

  private Path csv() {
    return SmallData.write(
        directory.resolve("data.csv"), SmallData.classes(3, 40).stream().toList());
  }

  private RunSettings run() {
    return RunSettings.of(
        Map.of(
            "data", "csv:" + csv(),
            "model", "softmax",
            "protect", "all",
            "epsilon", 8.0,
            "rounds", 9,
            "groups", "none",
            "policy", "none"));
  }

  private FleetSettings settings() {
    Membership members = new Membership(RUN, List.of("d0", "d1", "d2"), 3);
    FederatedData fleet = members.fleet(RunPlanner.read(run()));
    SimulationSettings plan = new RunPlanner(ENGINES).plan(run(), fleet, true);
    DataSource.Csv source = new DataSource.Csv(csv());
    return new Deployment(
            RUN,
            members.devices(),
            1,
            source.schema(RunPlanner.options(run()), fleet.dataset(), fleet.standardisation()),
            fleet.dataset())
        .settingsOf(plan);
  }

  private Job train(int round) {
    return train(round, 0);
  }

  private Job train(int round, float parameter) {
    FleetSettings told = settings();
    try (TrainingEngine engine = ENGINES.create(told.model(), told.input(), told.task())) {
      int size = engine.layout().size();
      float[] model = new float[size];
      Arrays.fill(model, parameter);
      return new Job.Train(
          round,
          0,
          Optional.of(model),
          new RunPlanner(ENGINES)
              .plan(
                  run(), new Membership(RUN, List.of("d0"), 1).fleet(RunPlanner.read(run())), true)
              .rounds()
              .localPlan(),
          size,
          Instant.EPOCH,
          0);
    }
  }

  @Test
  void whatWasReleasedIsReleasedAgainAsItWas() throws IOException {
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    Authority authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    Trust trust = new Trust(authority.certificate(), InstantSource.system(), Revocations.none());
    float[] first;
    float[] last;
    try (Running process = new Running(directory.resolve("one"), keys, trust)) {
      process.done(new Job.Begin(1));
      first = process.trained(1);
      for (int round = 2; round < 8; round++) {
        process.done(new Job.Begin(round));
        process.trained(round);
      }
      process.done(new Job.Begin(8));
      last = process.trained(8);
    }
    double spent;
    try (Running again = new Running(directory.resolve("one"), keys, trust)) {
      assertArrayEquals(first, again.trained(1), "asked again after seven rounds");
      assertArrayEquals(last, again.trained(8));
      spent = again.worker.runner().orElseThrow().standing().epsilon();
      assertTrue(spent > 0 && spent <= 8, "spent " + spent);
    }
    try (Running third = new Running(directory.resolve("one"), keys, trust)) {
      assertEquals(spent, third.worker.runner().orElseThrow().standing().epsilon(), "paid once");
    }
    try (Running other = new Running(directory.resolve("other"), keys, trust)) {
      other.done(new Job.Begin(1));
      assertFalse(Arrays.equals(first, other.trained(1)), "noise must be fresh");
    }
  }

  /** Applications go on with the last good model when training has gone wrong. */
  @Test
  void aModelThatDoesWorseIsNotServed() throws IOException {
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    Authority authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    Trust trust = new Trust(authority.certificate(), InstantSource.system(), Revocations.none());
    FleetSettings told = withoutPersonalising(settings());
    Map<String, Object> sample = Map.of("time", 1, "a", 0.5, "b", "-0.5");
    try (Running process = new Running(directory.resolve("one"), keys, trust, told)) {
      assertEquals(Optional.empty(), process.served.predict(sample));
      examined(process, 0, Float.MAX_VALUE);
      assertEquals(Optional.empty(), process.served.status(), "its losses are not finite");
      examined(process, 1, 0);
      Prediction even = process.served.predict(sample).orElseThrow();
      examined(process, 2, 1000);
      assertEquals(
          Optional.of(new ServedModel.Status(1, 2)), process.served.status(), "much too sure");
      assertEquals(even, process.served.predict(sample).orElseThrow());
      examined(process, 3, 0);
      assertEquals(Optional.of(new ServedModel.Status(3, 2)), process.served.status());
      examined(process, 2, 0);
      assertEquals(Optional.of(new ServedModel.Status(3, 2)), process.served.status(), "earlier");
      assertEquals(List.of(1, 3), kept);
    }
  }

  /** After a round in which the model became one whose every parameter is that, but for signs. */
  private void examined(Running process, int round, float parameter) {
    process.done(new Job.Begin(round));
    FleetSettings told = settings();
    float[] model;
    try (TrainingEngine engine = ENGINES.create(told.model(), told.input(), told.task())) {
      model = new float[engine.layout().size()];
    }
    for (int i = 0; i < model.length; i++) {
      model[i] = i % 2 == 0 ? parameter : -parameter;
    }
    List<Envelope> inbox =
        List.of(
            new Envelope(Envelope.ORCHESTRATOR, NAME, new Message.GlobalModel(round, model)),
            new Envelope(
                Envelope.ORCHESTRATOR, NAME, new Message.Examine(round, Message.Occasion.ROUND)));
    Result result = process.done(new Job.Deliver(List.of(), inbox, Instant.EPOCH, 0));
    assertInstanceOf(Result.Said.class, result, result::toString);
    assertEquals(List.of(), troubles);
  }

  private static FleetSettings withoutPersonalising(FleetSettings told) {
    DeviceSettings all = told.devices();
    return changed(
        told,
        new DeviceSettings(
            all.labels(),
            Personalization.NONE,
            all.localPlan(),
            all.fineTunePlan(),
            all.visitPlan(),
            all.gate(),
            all.privacy(),
            all.consentsToRaw()));
  }

  /** A stranger's certificate is not believed, whatever the server says. */
  @Test
  void nobodyIsIntroducedWhomTheAuthorityDoesNotKnow() throws Exception {
    Authority own = Authority.create(directory.resolve("authority"), InstantSource.system());
    Authority stranger = Authority.create(directory.resolve("stranger"), InstantSource.system());
    Trust trust = new Trust(own.certificate(), InstantSource.system(), Revocations.none());
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    try (Running process = new Running(directory.resolve("one"), keys, trust)) {
      said(process, issued(own, Role.DEVICE));
      assertEquals(List.of(), troubles);
      said(process, issued(stranger, Role.DEVICE));
      assertTrue(troubles.getLast().contains("does not lead to the authority"), troubles::toString);
      said(process, issued(own, Role.MONITOR));
      assertTrue(troubles.getLast().contains("must be a device"), troubles::toString);
      said(
          process,
          new Introduction(List.of(new byte[] {1, 2}), Optional.empty(), Optional.empty()));
      assertTrue(troubles.getLast().contains("must be X.509 in DER"), troubles::toString);
    }
  }

  /** Who is no device is no reason to let messages lie. */
  private static void said(Running process, Introduction introduction) {
    Result result = process.done(introduced(introduction));
    assertInstanceOf(Result.Said.class, result, result::toString);
  }

  /** It would say for nothing, as often as it is asked, whether samples drive a model that far. */
  @Test
  void aModelMadeToOverflowIsNoOracle() throws IOException {
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    Authority authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    Trust trust = new Trust(authority.certificate(), InstantSource.system(), Revocations.none());
    try (Running process = new Running(directory.resolve("one"), keys, trust)) {
      process.done(new Job.Begin(1));
      Result.Trained trained =
          assertInstanceOf(Result.Trained.class, process.done(train(1, Float.MAX_VALUE)));
      assertTrue(trained.update().isPresent(), "it is an update like any other");
      assertEquals(0, trained.passes(), "work grows with the number of samples");
      double spent = process.worker.runner().orElseThrow().standing().epsilon();
      assertTrue(spent > 0, "and paid for");
      Result examined =
          process.done(
              new Job.Deliver(
                  List.of(),
                  List.of(
                      new Envelope(
                          Envelope.ORCHESTRATOR,
                          NAME,
                          new Message.Examine(1, Message.Occasion.FINAL))),
                  Instant.EPOCH,
                  0));
      assertInstanceOf(Result.Said.class, examined, examined::toString);
    }
  }

  /** The owner's limit does not take the server's word for what noise costs. */
  @Test
  void aPriceHasToBeThatOfItsNoise() throws IOException {
    FleetSettings told = settings();
    PrivacySettings privacy = told.devices().privacy();
    ChangeProtection.EachSample each = (ChangeProtection.EachSample) privacy.update();
    ChangeProtection cheap =
        new ChangeProtection.EachSample(
            each.rho() / 2, each.steps(), each.noiseMultiplier(), each.search());
    refused(changed(told, privacy.filter(), cheap), "says that an update costs");
    refused(
        changed(told, new RenyiFilter(8, 0.5, privacy.filter().order()), each),
        "has a delta of 0.5, must be at most");
    refused(
        changed(told, new RenyiFilter(30, 1e-5, privacy.filter().order()), each),
        "may spend an epsilon of 30, and 0 is spent already, which must be at most 20 together");
  }

  private void refused(FleetSettings settings, String why) throws IOException {
    Authority authority =
        Authority.create(
            Files.createTempDirectory(directory, "a").resolve("x"), InstantSource.system());
    Trust trust = new Trust(authority.certificate(), InstantSource.system(), Revocations.none());
    KulaException refusal =
        assertThrows(
            KulaException.class,
            () ->
                new Running(
                    Files.createTempDirectory(directory, "p"),
                    PeerKeys.create(Role.DEVICE),
                    trust,
                    settings));
    assertTrue(String.valueOf(refusal.getMessage()).contains(why), refusal.getMessage());
  }

  private static FleetSettings changed(
      FleetSettings told, RenyiFilter filter, ChangeProtection update) {
    DeviceSettings all = told.devices();
    PrivacySettings privacy = all.privacy();
    return changed(
        told,
        new DeviceSettings(
            all.labels(),
            all.personalization(),
            all.localPlan(),
            all.fineTunePlan(),
            all.visitPlan(),
            all.gate(),
            new PrivacySettings(
                filter,
                privacy.protection(),
                privacy.profileRho(),
                privacy.outcomeRho(),
                privacy.visit(),
                privacy.sums(),
                update),
            all.consentsToRaw()));
  }

  private static FleetSettings changed(FleetSettings told, DeviceSettings devices) {
    return new FleetSettings(
        told.model(),
        told.input(),
        told.task(),
        told.target(),
        told.schema(),
        devices,
        told.seed(),
        told.members(),
        told.data());
  }

  private static Introduction issued(Authority by, Role role) throws Exception {
    PeerKeys keys = PeerKeys.create(role);
    Peer peer =
        new Peer(role, new DeviceId("a-" + role.word()), keys.signing().map(KeyPair::getPublic));
    return new Introduction(
        List.of(
            by.issue(peer, keys.connection().getPublic(), List.of(), Authority.VALIDITY)
                .getFirst()
                .getEncoded()),
        Optional.empty(),
        Optional.empty());
  }

  private static Job introduced(Introduction introduction) {
    return new Job.Deliver(
        List.of(introduction),
        List.of(new Envelope(Envelope.ORCHESTRATOR, NAME, new Message.Assigned(1, 0))),
        Instant.EPOCH,
        0);
  }
}
