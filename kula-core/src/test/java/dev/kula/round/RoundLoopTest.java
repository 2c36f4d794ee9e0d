package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.SampleSet;
import dev.kula.data.ToyClusters;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Rating;
import dev.kula.device.ToyDevices;
import dev.kula.fleet.WatchedFleet;
import dev.kula.model.Samples;
import dev.kula.monitor.Ballots;
import dev.kula.monitor.Profile;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loop on a fleet that shows every message. */
final class RoundLoopTest {
  private static final Set<DeviceId> SERVERS =
      Set.of(Envelope.ORCHESTRATOR, Envelope.MONITOR, Envelope.EVALUATOR);

  private final FederatedData data = ToyClusters.skewed(7, 32, 16);
  private final WatchedFleet fleet =
      new WatchedFleet(new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN)).all());

  private final List<RunEvent> events = new ArrayList<>();

  /** To be taken back when the next round begins. */
  private final List<Revocation> revocations = new ArrayList<>();

  private RoundLoop run(Exchange exchange) {
    return run(fleet, exchange);
  }

  private RoundLoop run(WatchedFleet fleet, Exchange exchange) {
    ToyRun toy = new ToyRun();
    toy.exchange = Optional.of(exchange);
    RoundSettings settings = toy.roundSettings();
    Samples exam =
        SampleSet.of(data.dataset().features(), data.dataset().targets(), data.testRows());
    RoundLoop loop =
        new RoundLoop(
            fleet,
            settings,
            new Orchestrator(
                settings.seed(), settings.participation(), toy.deviceSettings().privacy()),
            new PerformanceMonitor(
                settings, shares -> ToyClusters.evenShares(), ToyClusters.LABELS),
            new Evaluator(ToyDevices.engine(), exam, Map.of(), Map.of(), Set.of(), true),
            new RunListener() {
              @Override
              public void round(RoundRecord round, List<RunEvent> happened) {
                events.addAll(happened);
              }

              @Override
              public void checkpoint(Supplier<RunState> state) {}

              @Override
              public List<Revocation> revocations() {
                List<Revocation> asked = List.copyOf(revocations);
                revocations.clear();
                return asked;
              }
            },
            ToyClusters.LABELS,
            data.base().length,
            ToyDevices.model(data, 0));
    loop.run();
    return loop;
  }

  @ParameterizedTest
  @EnumSource(Exchange.class)
  void trafficIsTheSumOfTheMessages(Exchange exchange) {
    RoundLoop loop = run(exchange);
    Map<Message.Kind, Long> carried = new EnumMap<>(Message.Kind.class);
    for (Envelope envelope : fleet.log()) {
      carried.merge(envelope.message().kind(), envelope.message().bytes(), Long::sum);
    }
    Traffic traffic = loop.history().getLast().bytes();
    long modelBytes = ToyDevices.engine().layout().size() * 4L;
    assertEquals(
        carried.getOrDefault(Message.Kind.MODEL, 0L) + 6 * 7 * modelBytes,
        traffic.model(),
        "six rounds of seven updates on top");
    assertEquals(carried.getOrDefault(Message.Kind.POINTER, 0L), traffic.pointer());
    assertEquals(carried.getOrDefault(Message.Kind.FETCHED, 0L), traffic.fetched());
    assertEquals(carried.getOrDefault(Message.Kind.VISIT, 0L), traffic.visit());
    assertTrue(
        traffic.profile() > carried.getOrDefault(Message.Kind.PROFILE, 0L),
        "and what the monitor gets");
    assertEquals(exchange != Exchange.RAW, traffic.visit() > 0);
    long base = 7 * 16 * (ToyClusters.FEATURES * 4 + 4);
    assertEquals(exchange == Exchange.RAW, traffic.fetched() > base);
  }

  @Test
  void bothDevicesAreToldOfALeaseThatIsTakenBack() {
    DeviceId receiver = fleet.devices().getFirst();
    DeviceId source = fleet.devices().getLast();
    revocations.add(new Revocation(3, receiver, source));
    run(Exchange.RAW);
    List<DeviceId> told =
        fleet.log().stream()
            .filter(one -> one.message().equals(new Message.Revoked(1, 3)))
            .map(Envelope::to)
            .toList();
    assertEquals(List.of(receiver, source, Envelope.ORCHESTRATOR, Envelope.ORCHESTRATOR), told);
    assertEquals(
        List.of(new RunEvent.Revoked(1, 3, receiver.name(), source.name())),
        events.stream().filter(RunEvent.Revoked.class::isInstance).toList());
  }

  /** Praise of itself, verdicts nobody asked for, sums it did not make, others' profiles. */
  @Test
  void whatADeviceHasNoRightToSendChangesNothing() {
    RoundLoop honest = run(Exchange.RAW);
    List<RunEvent> expected = List.copyOf(events);
    events.clear();
    DeviceId liar = fleet.devices().getFirst();
    DeviceId victim = fleet.devices().getLast();
    Profile foreign =
        fleet.log().stream()
            .filter(envelope -> envelope.message() instanceof Message.ProfileReport)
            .filter(envelope -> envelope.from().equals(victim))
            .map(envelope -> ((Message.ProfileReport) envelope.message()).profile())
            .findFirst()
            .orElseThrow();
    Rating praise = new Rating(liar, 9, 0, 0, true, 9, 9);
    List<Message> lies =
        List.of(
            new Message.Outcomes(1, List.of(praise), 0),
            new Message.OutcomeSum(
                new Ballots.Sum(liar, new Ballots.Verdicts(9, 0, 0, 0), List.of(liar))),
            new Message.Reliability(victim, 0, 99),
            new Message.GlobalModel(1, new float[0]),
            new Message.ProfileReport(foreign));
    WatchedFleet lied =
        new WatchedFleet(new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN)).all());
    lied.slip(lies.stream().map(lie -> new Envelope(liar, Envelope.MONITOR, lie)).toList());
    RoundLoop loop = run(lied, Exchange.RAW);
    assertArrayEquals(honest.models().getFirst(), loop.models().getFirst());
    assertEquals(honest.history().getLast().bytes(), loop.history().getLast().bytes());
    Set<String> reported = new TreeSet<>();
    List<RunEvent> rest = new ArrayList<>();
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Ignored ignored) {
        assertEquals(liar.name(), ignored.device());
        reported.add(ignored.what());
      } else {
        rest.add(event);
      }
    }
    assertEquals(lies.size(), reported.size(), reported::toString);
    assertEquals(expected, rest);
  }

  @ParameterizedTest
  @EnumSource(Exchange.class)
  void serversGetNoSamplesAndTheMonitorNoSingleOutcome(Exchange exchange) {
    run(exchange);
    int seen = 0;
    for (Envelope envelope : fleet.log()) {
      if (!SERVERS.contains(envelope.to())) {
        continue;
      }
      seen++;
      switch (envelope.message()) {
        case Message.Examined examined -> assertEquals(Envelope.EVALUATOR, envelope.to());
        case Message.Settled settled -> assertEquals(Envelope.EVALUATOR, envelope.to());
        case Message.ProfileReport report -> assertEquals(Envelope.MONITOR, envelope.to());
        case Message.Outcomes outcomes -> assertEquals(Envelope.ORCHESTRATOR, envelope.to());
        default -> throw new AssertionError(envelope.toString());
      }
    }
    assertTrue(seen > 50);
  }
}
