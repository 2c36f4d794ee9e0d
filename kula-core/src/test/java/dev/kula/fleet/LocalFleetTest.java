package dev.kula.fleet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.SwapOrders;
import dev.kula.device.ToyDevices;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.swap.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LocalFleetTest {
  private static final TrainingPlan PLAN = TrainingPlan.of(1, 8, 0.1f);

  private final FederatedData data = ToyClusters.skewed(5, 30, 12);
  private final float[] model = ToyDevices.model(data, 1);

  private List<DeviceRuntime> runtimes() {
    return new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN)).all();
  }

  /** A pass is a microsecond, a byte in a nanosecond, a byte out ten, a message a millisecond. */
  private static CostModel costs(List<DeviceRuntime> runtimes, double availability) {
    Map<DeviceId, CostModel.Costs> costs = new HashMap<>();
    for (DeviceRuntime runtime : runtimes) {
      costs.put(runtime.id(), new CostModel.Costs(1e-6, 1e8, 1e9, 1e-3, availability));
    }
    return new CostModel(costs, new Seed(3));
  }

  private static LocalFleet fleet(List<DeviceRuntime> runtimes, double availability, int threads) {
    return fleet(runtimes, availability, threads, null);
  }

  private static LocalFleet fleet(
      List<DeviceRuntime> runtimes,
      double availability,
      int threads,
      @Nullable Attackers attackers) {
    return new LocalFleet(
        runtimes,
        Courses.still(),
        costs(runtimes, availability),
        threads,
        attackers,
        Pace.ALL,
        ToyDevices::engine,
        ToyDevices::headEngine);
  }

  private List<Envelope> toAll(Fleet fleet, Message message) {
    return fleet.devices().stream()
        .map(to -> new Envelope(Envelope.ORCHESTRATOR, to, message))
        .toList();
  }

  private static List<Envelope> orders(Fleet fleet) {
    List<Envelope> orders = new ArrayList<>();
    long number = 1;
    for (DeviceId source : fleet.devices()) {
      for (DeviceId receiver : fleet.devices()) {
        if (!source.equals(receiver)) {
          Exchange exchange = number % 2 == 0 ? Exchange.RAW : Exchange.VISIT;
          orders.addAll(
              SwapOrders.envelopes(
                  SwapOrders.of(number++, source, receiver, exchange, Admission.GATED_PERSONAL)));
        }
      }
    }
    return orders;
  }

  /** What a round says and does, as text; arrays by content. */
  private List<String> round(Fleet fleet) {
    List<String> said = new ArrayList<>();
    said.add(text(fleet.carry(1, toAll(fleet, global()))));
    said.add(text(fleet.carry(1, toAll(fleet, examine(Message.Occasion.ROUND)))));
    said.add(text(fleet.carry(1, toAll(fleet, new Message.ProfileRequest(1)))));
    said.add(text(fleet.carry(1, orders(fleet))));
    said.add(text(fleet.carry(1, toAll(fleet, new Message.CloseSwaps(1)))));
    Fleet.Folded folded =
        fleet
            .train(
                List.of(new Fleet.TrainingTask(1, model, PLAN, fleet.devices())),
                AggregationStrategy.parse("fedavg"))
            .getFirst();
    said.add(Arrays.toString(folded.global()));
    said.add(folded.updates() + " " + folded.trainingLoss() + " " + folded.bytes());
    said.add(text(fleet.carry(1, toAll(fleet, examine(Message.Occasion.FINAL)))));
    return said;
  }

  private Message global() {
    return new Message.GlobalModel(1, model);
  }

  private static Message examine(Message.Occasion occasion) {
    return new Message.Examine(1, occasion);
  }

  private static String text(Fleet.Delivery delivery) {
    StringBuilder text = new StringBuilder(delivery.bytes().toString());
    for (Envelope envelope : delivery.toServers()) {
      String said =
          envelope.message() instanceof Message.ProfileReport report
              ? Arrays.toString(report.profile().classSums())
              : envelope.message().toString();
      text.append('\n').append(envelope.from()).append('>').append(envelope.to()).append(said);
    }
    return text.toString();
  }

  /**
   * Answers, their order, the bytes by kind and the fold are those of one thread and plain loops.
   */
  @ParameterizedTest
  @CsvSource({"1, false", "3, false", "3, true"})
  void doesWhatThePlainFleetDoes(int threads, boolean reversed) {
    List<DeviceRuntime> runtimes = runtimes();
    try (LocalFleet fleet = fleet(reversed ? runtimes.reversed() : runtimes, 1, threads);
        WatchedFleet plain = new WatchedFleet(runtimes())) {
      // Leases say when they end, and only here does time pass; nothing of it goes to a server.
      assertEquals(String.join("\n", round(plain)), String.join("\n", round(fleet)));
      assertEquals(plain.devices(), fleet.devices());
    }
  }

  @Test
  void aStepTakesAsLongAsItsSlowestDevice() {
    List<DeviceRuntime> runtimes = runtimes();
    try (LocalFleet fleet = fleet(runtimes, 1, 2)) {
      assertEquals(Duration.ZERO, fleet.elapsed());
      fleet.carry(1, toAll(fleet, new Message.CloseSwaps(1)));
      // One message of 4 bytes each, all at once, and nothing to say.
      assertEquals(1e-3 + 4e-9, seconds(fleet), 1e-12);
      fleet.train(
          List.of(new Fleet.TrainingTask(1, model, PLAN, fleet.devices())),
          AggregationStrategy.parse("fedavg"));
      double passes = 3.0 * 27; // of each of about 27 training samples
      double update = model.length * 4 * 1e-8;
      assertEquals(2e-3 + 4e-9 + passes * 1e-6 + update, seconds(fleet), 10e-6);
    }
  }

  private static double seconds(Fleet fleet) {
    return fleet.elapsed().toNanos() / 1e9;
  }

  @Test
  void whoIsAwayMissesAllButModelsAndClosings() {
    List<DeviceRuntime> runtimes = runtimes();
    try (LocalFleet fleet = fleet(runtimes, 0, 2)) {
      assertEquals(List.of(), fleet.available(1));
      assertEquals(fleet.devices(), fleet.available(0), "all are there to enrol");
      assertEquals(Map.of(), fleet.carry(1, toAll(fleet, new Message.ProfileRequest(1))).bytes());
      Fleet.Delivery models = fleet.carry(1, toAll(fleet, global()));
      assertEquals(Map.of(Message.Kind.MODEL, 5L * model.length * 4), models.bytes());
      Message exam = examine(Message.Occasion.ROUND);
      assertEquals(5, fleet.carry(1, toAll(fleet, exam)).toServers().size());
      fleet.carry(1, orders(fleet));
      assertEquals(List.of(), fleet.carry(1, toAll(fleet, new Message.CloseSwaps(1))).toServers());
    }
  }

  @Test
  void availabilityIsWhatTheCostsSay() {
    List<DeviceRuntime> runtimes = runtimes();
    try (LocalFleet fleet = fleet(runtimes, 0.7, 1)) {
      int present = 0;
      for (int round = 1; round <= 1000; round++) {
        present += fleet.available(round).size();
        assertEquals(fleet.available(round), fleet.available(round));
      }
      // 5000 draws: four standard errors are 0.026.
      assertEquals(0.7, present / 5000.0, 0.026);
    }
  }

  /** As after a crash: the state of one fleet continues on another. */
  @Test
  void aRestoredFleetGoesOn() {
    try (LocalFleet first = fleet(runtimes(), 1, 2);
        LocalFleet second = fleet(runtimes(), 1, 1)) {
      round(first);
      second.restore(first.state(), device -> model, List.of());
      assertEquals(first.elapsed(), second.elapsed());
      Message next = new Message.Examine(2, Message.Occasion.FINAL);
      assertEquals(
          text(first.carry(2, toAll(first, next))), text(second.carry(2, toAll(second, next))));
      DeviceId device = first.devices().getFirst();
      assertArrayEquals(
          first.runtime(device).personal().orElseThrow().parameters(),
          second.runtime(device).personal().orElseThrow().parameters());
      assertEquals(first.runtime(device).holdings(), second.runtime(device).holdings());
    }
  }

  /** A device that fails stops the run; the fleet itself is not left locked. */
  @Test
  void aFailureSurfacesAndFreesItsEngine() {
    ToyDevices devices = new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN));
    Function<Seed, NoiseSource> broken =
        seed -> {
          throw new IllegalStateException("no noise today");
        };
    try (LocalFleet fleet = fleet(devices.withNoise(broken).all(), 1, 1)) {
      fleet.carry(0, toAll(fleet, new Message.GlobalModel(0, model)));
      Message request = new Message.ProfileRequest(1);
      for (int i = 0; i < 3; i++) {
        IllegalStateException failure =
            assertThrows(IllegalStateException.class, () -> fleet.carry(1, toAll(fleet, request)));
        assertTrue(String.valueOf(failure.getMessage()).contains("no noise today"));
      }
    }
  }

  /** Else any device could stop the run. */
  @Test
  void whatOnlyServersGetStopsNobody() {
    try (LocalFleet fleet = fleet(runtimes(), 1, 1)) {
      Message wrong = new Message.ProfileDeclined(1, 0);
      assertEquals(List.of(), fleet.carry(1, toAll(fleet, wrong)).toServers());
    }
  }

  @Test
  void heterogeneousCostsAreTheSameForTheSameSeed() {
    List<DeviceId> ids = runtimes().stream().map(DeviceRuntime::id).toList();
    CostModel costs = CostModel.heterogeneous(ids, 1000, new Seed(1));
    assertEquals(costs, CostModel.heterogeneous(ids, 1000, new Seed(1)));
    assertEquals(
        ids.size(),
        costs.costs().values().stream().map(CostModel.Costs::secondsPerPass).distinct().count());
    for (CostModel.Costs cost : costs.costs().values()) {
      assertTrue(cost.availability() >= 0.9 && cost.availability() <= 1);
    }
  }
}
