package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;

final class OrchestratorTest {
  private static final List<DeviceId> DEVICES =
      IntStream.range(0, 20).mapToObj(i -> new DeviceId("device-%02d".formatted(i))).toList();
  private static final DeviceId SOURCE = DEVICES.getFirst();

  private final Orchestrator orchestrator = new Orchestrator(new Seed(1), 0.25);

  @Test
  void aCohortIsTheStatedShareOfThoseWhoAreThere() {
    assertEquals(5, orchestrator.cohort(1, DEVICES).size());
    assertEquals(3, orchestrator.cohort(1, DEVICES.subList(0, 10)).size(), "2.5, rounded");
    assertEquals(1, orchestrator.cohort(1, DEVICES.subList(0, 1)).size());
    assertEquals(List.of(), orchestrator.cohort(1, List.of()));
    assertEquals(DEVICES, new Orchestrator(new Seed(1), 1).cohort(3, DEVICES));
    List<DeviceId> cohort = orchestrator.cohort(2, DEVICES);
    assertEquals(cohort, orchestrator.cohort(2, DEVICES));
    assertEquals(cohort.stream().sorted().distinct().toList(), cohort);
  }

  /** Every device is as likely as any: chi-square over 2000 rounds, at 0.1 %. */
  @Test
  void cohortsAreUniform() {
    int rounds = 2000;
    int[] counts = new int[DEVICES.size()];
    for (int round = 0; round < rounds; round++) {
      orchestrator.cohort(round, DEVICES).forEach(device -> counts[DEVICES.indexOf(device)]++);
    }
    double expected = rounds * 5 / 20.0;
    double statistic = 0;
    for (int count : counts) {
      statistic += (count - expected) * (count - expected) / expected;
    }
    // Without replacement: variances are smaller by (20 − 5)/(20 − 1).
    double pValue = ChiSquaredDistribution.of(19).survivalProbability(statistic * 19 / 15);
    assertTrue(pValue > 0.001 && pValue < 0.999, "p is " + pValue);
  }

  private List<Message> rate(int rater, double useful, double neutral, double harmful) {
    Message.Rating rating = new Message.Rating(SOURCE, useful, neutral, harmful, true, 1, 1);
    return orchestrator
        .outcomes(DEVICES.get(rater), new Message.Outcomes(1, List.of(rating), 0.5))
        .stream()
        .map(OrchestratorTest::toMonitor)
        .toList();
  }

  private static Message toMonitor(Envelope envelope) {
    assertEquals(Envelope.MONITOR, envelope.to());
    return envelope.message();
  }

  @Test
  void outcomesAreHeldBackUntilThreeHaveSpoken() {
    assertEquals(1, rate(1, 1, 0, 0).size(), "whether it answered comes at once");
    assertEquals(1, rate(1, 1, 0, 0).size(), "the same one twice is one");
    List<Message> two = rate(2, 0, 1, 0);
    assertEquals(1, two.size());
    assertInstanceOf(Message.Reliability.class, two.getFirst());
    List<Message> three = rate(3, 0, 0, 1);
    Message.OutcomeSum sum = assertInstanceOf(Message.OutcomeSum.class, three.get(1));
    assertEquals(List.of(DEVICES.get(1), DEVICES.get(2), DEVICES.get(3)), sum.raters());
    assertEquals(2, sum.useful());
    assertEquals(1, sum.neutral());
    assertEquals(1, sum.harmful());
    assertEquals(Math.sqrt(4 * 0.25), sum.noiseStddev(), 1e-12);
    assertEquals(1, rate(4, 1, 0, 0).size(), "and it begins anew");
  }

  /** Else the sum over three would be the outcome of one. */
  @Test
  void whoJudgedNothingHasNotSpoken() {
    Message.Rating silent = new Message.Rating(SOURCE, 0, 0, 0, false, 0, 1);
    for (int rater = 1; rater <= 5; rater++) {
      List<Envelope> out =
          orchestrator.outcomes(DEVICES.get(rater), new Message.Outcomes(1, List.of(silent), 0));
      assertEquals(1, out.size());
      assertInstanceOf(Message.Reliability.class, out.getFirst().message());
    }
    assertEquals(1, rate(6, 1, 0, 0).size());
  }

  @Test
  void aRestoredOneStillHoldsThemBack() {
    rate(1, 1, 0, 0);
    rate(2, 1, 0, 0);
    Orchestrator restored = new Orchestrator(new Seed(1), 0.25);
    restored.restore(orchestrator.state());
    Message.Rating rating = new Message.Rating(SOURCE, 1, 0, 0, true, 1, 1);
    List<Envelope> out =
        restored.outcomes(DEVICES.get(3), new Message.Outcomes(2, List.of(rating), 0.5));
    Message.OutcomeSum sum = assertInstanceOf(Message.OutcomeSum.class, out.get(1).message());
    assertEquals(3, sum.useful());
    assertEquals(3, new HashSet<>(sum.raters()).size());
  }

  @Test
  void everyDeviceGetsTheBaseSetUnderALeaseOfItsOwn() {
    List<Envelope> orders = orchestrator.distributeBase(DEVICES, 7);
    assertEquals(2 * DEVICES.size(), orders.size());
    HashSet<Long> numbers = new HashSet<>();
    for (Envelope envelope : orders) {
      var order = assertInstanceOf(Message.Ordered.class, envelope.message()).order();
      assertEquals(Envelope.BASE, order.source());
      assertEquals(7, order.samples());
      assertEquals(1, order.uses());
      numbers.add(order.number());
    }
    assertEquals(DEVICES.size(), numbers.size());
  }
}
