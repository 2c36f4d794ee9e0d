package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.fleet.WatchedFleet;
import dev.kula.model.PrivateSteps;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What leaves a device is noised and charged, or recorded by name. */
final class DeviceReleasesTest {
  private static final DeviceId SOURCE = new DeviceId("device-02");
  private static final DeviceId RECEIVER = new DeviceId("device-00");

  /** Orders that a source can serve before it runs out of fresh samples. */
  private static final int ROUNDS_OF_A_SOURCE = 5;

  private static final TrainingPlan PLAN = TrainingPlan.of(1, 8, 0.1f);

  private final FederatedData data = ToyClusters.skewed(4, 40, 0);
  private final float[] model = ToyDevices.model(data, 1);

  private static PrivacySettings privacy(double epsilon, Protection protection, double rho) {
    return ToyDevices.privacy(epsilon, protection, rho);
  }

  private WatchedFleet fleet(PrivacySettings privacy) {
    return fleet(privacy, NoiseSource::seeded);
  }

  private WatchedFleet fleet(PrivacySettings privacy, Function<Seed, NoiseSource> noise) {
    DeviceSettings settings =
        ToyDevices.withGate(ToyDevices.settings(privacy), new Gate(1e6, 1e6, 0, 2));
    WatchedFleet fleet = new WatchedFleet(new ToyDevices(data, settings).withNoise(noise).all());
    Message first = new Message.GlobalModel(0, model);
    fleet.carry(0, List.of(new Envelope(Envelope.ORCHESTRATOR, RECEIVER, first)));
    fleet.carry(0, List.of(new Envelope(Envelope.ORCHESTRATOR, SOURCE, first)));
    return fleet;
  }

  private static Message profile(WatchedFleet fleet, int round) {
    return fleet
        .carry(
            round,
            List.of(new Envelope(Envelope.MONITOR, RECEIVER, new Message.ProfileRequest(round))))
        .toServers()
        .getFirst()
        .message();
  }

  /** One swap of the kind given, to its end; what the receiver said. */
  private static List<Message> swap(WatchedFleet fleet, int round, Exchange exchange) {
    var order = SwapOrders.of(round, SOURCE, RECEIVER, exchange, Admission.GATED_PERSONAL, 2, 3);
    fleet.carry(round, SwapOrders.envelopes(order));
    return fleet
        .carry(
            round,
            List.of(new Envelope(Envelope.ORCHESTRATOR, RECEIVER, new Message.CloseSwaps(round))))
        .toServers()
        .stream()
        .map(Envelope::message)
        .toList();
  }

  @Test
  void whoseAccountIsSpentReportsAndSwapsNoMore() {
    WatchedFleet fleet = fleet(privacy(1, Protection.PROFILES, halfOfEpsilonOne()));
    DeviceRuntime device = fleet.runtime(RECEIVER);
    for (int round = 1; round <= 2; round++) {
      assertInstanceOf(Message.ProfileReport.class, profile(fleet, round));
    }
    double spent = device.spentEpsilon();
    assertTrue(spent > 0.9 && spent <= 1);
    assertTrue(device.firstRefusal().isEmpty());
    Message.ProfileDeclined declined =
        assertInstanceOf(Message.ProfileDeclined.class, profile(fleet, 3));
    assertEquals(spent, declined.spentEpsilon());
    assertEquals(3, device.firstRefusal().orElseThrow().round());

    Message.Settled settled =
        assertInstanceOf(Message.Settled.class, swap(fleet, 3, Exchange.VISIT).getFirst());
    assertEquals("refused: the receiver's privacy account is spent", settled.settlement().reason());
    DeviceId giver = RECEIVER;
    DeviceId taker = SOURCE;
    var asSource = SwapOrders.of(9, giver, taker, Exchange.VISIT, Admission.GATED_PERSONAL);
    fleet.carry(3, SwapOrders.envelopes(asSource));
    assertEquals(
        "the source's privacy account is spent",
        assertInstanceOf(Message.Refused.class, fleet.log().getLast().message()).reason());
    assertEquals(spent, device.spentEpsilon());
  }

  @Test
  void releasesWithoutNoiseAreRecordedByName() {
    WatchedFleet fleet = fleet(privacy(8, Protection.PROFILES, 0.01));
    profile(fleet, 1);
    swap(fleet, 1, Exchange.VISIT);
    assertEquals(Set.of(), fleet.runtime(RECEIVER).releasesWithoutNoise());
    assertEquals(Set.of("visits"), fleet.runtime(SOURCE).releasesWithoutNoise());
    swap(fleet, 2, Exchange.RAW);
    fleet.runtime(RECEIVER).train(1, model, PLAN, ToyDevices.bench());
    assertEquals(Set.of("updates"), fleet.runtime(RECEIVER).releasesWithoutNoise());
    assertEquals(
        new TreeSet<>(Set.of("raw samples", "visits")),
        fleet.runtime(SOURCE).releasesWithoutNoise());
  }

  @Test
  void withoutProtectionEveryReleaseIsNamed() {
    for (PrivacySettings open :
        List.of(
            privacy(8, Protection.NONE, 0.01),
            privacy(Double.POSITIVE_INFINITY, Protection.ALL, Double.POSITIVE_INFINITY))) {
      WatchedFleet fleet = fleet(open);
      profile(fleet, 1);
      swap(fleet, 1, Exchange.VISIT);
      fleet.runtime(RECEIVER).train(1, model, PLAN, ToyDevices.bench());
      assertEquals(
          new TreeSet<>(Set.of("outcomes", "profiles", "updates")),
          fleet.runtime(RECEIVER).releasesWithoutNoise());
      assertEquals(0, fleet.runtime(RECEIVER).spentEpsilon());
    }
  }

  @Test
  void underFullProtectionVisitsAndUpdatesAreChargedInstead() {
    WatchedFleet fleet = fleet(privacy(8, Protection.ALL, 0.01));
    profile(fleet, 1);
    swap(fleet, 1, Exchange.VISIT);
    fleet.runtime(RECEIVER).train(1, model, PLAN, ToyDevices.bench());
    assertEquals(Set.of(), fleet.runtime(RECEIVER).releasesWithoutNoise());
    assertEquals(Set.of(), fleet.runtime(SOURCE).releasesWithoutNoise());
    assertEquals(epsilon(0.03), fleet.runtime(RECEIVER).spentEpsilon(), 1e-9);
    assertEquals(epsilon(0.01), fleet.runtime(SOURCE).spentEpsilon(), 1e-9);
  }

  /** Two releases at this price fit into an ε of 1, no third. */
  private static double halfOfEpsilonOne() {
    return 0.49 * RenyiFilter.of(1, 1e-5).limit();
  }

  private static double epsilon(double rho) {
    return RenyiFilter.of(8, 1e-5).epsilonOf(rho);
  }

  /** Verdicts of one source: one record moves two of the counts by one, so Δ = √2. */
  @Test
  void noisedOutcomesHaveTheVarianceTheyState() {
    double rho = 0.1;
    WatchedFleet fleet = fleet(privacy(1e9, Protection.PROFILES, rho));
    double expected = Math.sqrt(2) / Math.sqrt(2 * rho);
    List<Double> noise = new ArrayList<>();
    for (int round = 1; round <= 200; round++) {
      if (round % ROUNDS_OF_A_SOURCE == 0) {
        fleet = fleet(privacy(1e9, Protection.PROFILES, rho));
      }
      List<Message> said = swap(fleet, round, Exchange.VISIT);
      assertEquals(
          Settlement.Ending.REJECTED,
          assertInstanceOf(Message.Settled.class, said.get(0)).settlement().ending());
      Message.Outcomes outcomes = assertInstanceOf(Message.Outcomes.class, said.get(1));
      assertEquals(expected, outcomes.noiseStddev(), 1e-4);
      Rating rating = outcomes.ratings().getFirst();
      assertEquals(SOURCE, rating.source());
      noise.addAll(List.of(rating.useful(), rating.neutral() - 1, rating.harmful()));
    }
    assertVariance(expected, noise);
  }

  @Test
  void noisedUpdatesHaveTheVarianceOfTheirClip() {
    double rho = 1e-3; // so much that the update itself, of norm at most 1, hardly shows
    WatchedFleet fleet = fleet(privacy(1e9, Protection.ALL, rho));
    List<Double> noise = new ArrayList<>();
    for (int round = 1; round <= 30; round++) {
      Update update =
          fleet.runtime(RECEIVER).train(round, model, PLAN, ToyDevices.bench()).orElseThrow();
      assertEquals(1, update.weight(), "how many samples it has stays home");
      assertEquals(0, update.trainingLoss(), "and so does its loss");
      for (float value : update.delta()) {
        noise.add((double) value);
      }
    }
    assertVariance(2 / Math.sqrt(2 * rho), noise);
  }

  @Test
  void updatesNoisedByStepHaveTheVarianceOfTheirSums() {
    double sigma = 50; // so much that the gradients, of norm at most 0.1, hardly show
    PrivateSteps steps = new PrivateSteps(0.5, 4, 0.1f, 10);
    PrivacySettings whole = privacy(1e9, Protection.ALL, 1);
    PrivacySettings each =
        new PrivacySettings(
            whole.filter(),
            Protection.ALL,
            1,
            1,
            whole.visit(),
            whole.sums(),
            new ChangeProtection.EachSample(0.25, steps, sigma, Optional.empty()));
    WatchedFleet fleet = fleet(each);
    List<Double> noise = new ArrayList<>();
    for (int round = 1; round <= 30; round++) {
      Update update =
          fleet.runtime(RECEIVER).train(round, model, PLAN, ToyDevices.bench()).orElseThrow();
      assertEquals(1, update.weight(), "how many samples it has stays home");
      for (float value : update.delta()) {
        noise.add((double) value);
      }
    }
    // Four steps of learning rate 0.1, each a sum noised by σC and divided by 10.
    assertVariance(Math.sqrt(4) * 0.1 * sigma * 0.1 / 10, noise);
    double spent = fleet.runtime(RECEIVER).spentEpsilon();
    assertEquals(whole.filter().epsilonOf(30 * 0.25), spent, 1e-9 * spent);
  }

  private Optional<Message.ClipCounts> counts(WatchedFleet fleet, int round, float clip) {
    Message query = new Message.ClipQuery(round, clip);
    return fleet
        .carry(round, List.of(new Envelope(Envelope.ORCHESTRATOR, RECEIVER, query)))
        .toServers()
        .stream()
        .map(envelope -> assertInstanceOf(Message.ClipCounts.class, envelope.message()))
        .findFirst();
  }

  /** Which clip a round has, who may name it, and what the counts cost. */
  @Test
  void gradientsWithinTheClipAreCountedOnceARound() {
    double searchRho = 1e4; // hardly any noise: σ = 1/√(2ρ)
    PrivacySettings whole = privacy(1e9, Protection.ALL, 1);
    ChangeProtection.EachSample each =
        new ChangeProtection.EachSample(
            0.25,
            new PrivateSteps(0.5, 4, 0.1f, 10),
            1,
            Optional.of(new ChangeProtection.ClipSearch(0.5, searchRho)));
    WatchedFleet fleet =
        fleet(
            new PrivacySettings(
                whole.filter(), Protection.ALL, 1, 1, whole.visit(), whole.sums(), each));
    Message.ClipCounts none = counts(fleet, 1, 1e-6f).orElseThrow();
    Message.ClipCounts all = counts(fleet, 2, 1e6f).orElseThrow();
    assertEquals(0, none.within(), 0.1);
    assertEquals(0, all.beyond(), 0.1);
    assertEquals(none.beyond(), all.within(), 0.2, "one and the same ledger");
    assertTrue(all.within() > 10);
    assertEquals(Optional.of(all), counts(fleet, 2, 1e6f), "asked again, it says the same");
    assertEquals(Optional.empty(), counts(fleet, 2, 1f), "one clip a round");
    assertEquals(Optional.empty(), counts(fleet, 3, Float.NaN));
    assertEquals(Optional.empty(), counts(fleet, 3, 0));
    double spent = fleet.runtime(RECEIVER).spentEpsilon();
    assertEquals(whole.filter().epsilonOf(2 * searchRho), spent, 1e-9 * spent);
    Message query = new Message.ClipQuery(4, 1f);
    assertEquals(
        List.of(),
        fleet.carry(4, List.of(new Envelope(SOURCE, RECEIVER, query))).toServers(),
        "a device names no clip");
  }

  @Test
  void theNoiseOfAnUpdateGrowsWithTheClipThatWasNamed() {
    PrivacySettings whole = privacy(1e9, Protection.ALL, 1);
    double sigma = 50;
    ChangeProtection.EachSample each =
        new ChangeProtection.EachSample(
            0.25,
            new PrivateSteps(0.5, 4, 0.1f, 10),
            sigma,
            Optional.of(new ChangeProtection.ClipSearch(0.5, 1)));
    WatchedFleet fleet =
        fleet(
            new PrivacySettings(
                whole.filter(), Protection.ALL, 1, 1, whole.visit(), whole.sums(), each));
    List<Double> noise = new ArrayList<>();
    for (int round = 1; round <= 30; round++) {
      assertTrue(counts(fleet, round, 0.3f).isPresent());
      Update update =
          fleet.runtime(RECEIVER).train(round, model, PLAN, ToyDevices.bench()).orElseThrow();
      for (float value : update.delta()) {
        noise.add((double) value);
      }
    }
    assertVariance(Math.sqrt(4) * 0.1 * sigma * 0.3 / 10, noise);
  }

  @Test
  void noisedVisitsHaveTheVarianceOfTheirClip() {
    double rho = 1e-3;
    List<Double> noise = new ArrayList<>();
    for (int round = 1; round <= 30; round++) {
      int draw = round; // each fleet is new, so its seeds are the same
      WatchedFleet fleet =
          fleet(privacy(1e9, Protection.ALL, rho), seed -> NoiseSource.seeded(seed.derive(draw)));
      swap(fleet, round, Exchange.VISIT);
      for (Envelope envelope : fleet.log()) {
        if (envelope.message() instanceof Message.Visited visited) {
          for (float value : visited.delta()) {
            noise.add((double) value);
          }
        }
      }
    }
    assertEquals(30 * 28, noise.size());
    assertVariance(2 * 0.5 / Math.sqrt(2 * rho), noise);
  }

  /** Mean 0 and the standard deviation given, both within four standard errors. */
  private static void assertVariance(double stddev, List<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> v * v).average().orElseThrow();
    int n = values.size();
    assertEquals(0, mean, 4 * stddev / Math.sqrt(n));
    assertEquals(1, squares / (stddev * stddev), 4 * Math.sqrt(2.0 / n));
  }

  /** A retry or a recomputed task sends the same bytes and costs nothing more. */
  @Test
  void theSameReleaseIsTheSameBytes() {
    WatchedFleet fleet = fleet(privacy(8, Protection.ALL, 0.01));
    DeviceRuntime device = fleet.runtime(RECEIVER);
    float[] first = device.train(1, model, PLAN, ToyDevices.bench()).orElseThrow().delta();
    float[] again = device.train(1, model, PLAN, ToyDevices.bench()).orElseThrow().delta();
    assertArrayEquals(first, again);
    Message.ProfileReport one = assertInstanceOf(Message.ProfileReport.class, profile(fleet, 2));
    Message.ProfileReport two = assertInstanceOf(Message.ProfileReport.class, profile(fleet, 2));
    assertArrayEquals(one.profile().labelCounts(), two.profile().labelCounts());
    assertEquals(epsilon(0.02), device.spentEpsilon(), 1e-9);
  }

  @Test
  void anUpdateThatTheAccountRefusesIsNotMade() {
    WatchedFleet fleet = fleet(privacy(1, Protection.ALL, halfOfEpsilonOne()));
    DeviceRuntime device = fleet.runtime(RECEIVER);
    assertTrue(device.train(1, model, PLAN, ToyDevices.bench()).isPresent());
    assertTrue(device.train(2, model, PLAN, ToyDevices.bench()).isPresent());
    assertTrue(device.train(3, model, PLAN, ToyDevices.bench()).isEmpty());
    assertEquals("update", device.firstRefusal().orElseThrow().purpose());
  }
}
