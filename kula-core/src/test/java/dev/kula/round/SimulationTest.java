package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.device.Personalization;
import dev.kula.device.Protection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs on a toy fleet. */
final class SimulationTest {
  private static ToyRun with(String policy, String exchange) {
    ToyRun run = new ToyRun();
    run.policy = policy;
    run.exchange =
        exchange.equals("cheapest") ? Optional.empty() : Optional.of(Exchange.valueOf(exchange));
    return run;
  }

  @ParameterizedTest
  @CsvSource({
    "deficit, VISIT",
    "deficit, RAW",
    "deficit, SYNTHETIC",
    "dissimilar, cheapest",
    "random, SYNTHETIC",
    "random, RAW",
    "static:0.1, RAW"
  })
  void theSameSeedGivesTheSameBytesWhateverTheThreads(String policy, String exchange) {
    ToyRun.Outcome one = with(policy, exchange).run();
    for (int threads : new int[] {2, 5}) {
      ToyRun run = with(policy, exchange);
      run.threads = threads;
      ToyRun.Outcome many = run.run();
      assertEquals(one.bytes(), many.bytes());
      assertEquals(one.events(), many.events());
    }
  }

  @Test
  void theOrderInWhichDevicesAreListedDoesNotMatter() {
    ToyRun sorted = new ToyRun();
    ToyRun reversed = new ToyRun();
    reversed.data =
        new FederatedData(
            sorted.data.dataset(), sorted.data.devices().reversed(), sorted.data.base());
    ToyRun.Outcome one = sorted.run();
    ToyRun.Outcome other = reversed.run();
    assertEquals(one.bytes(), other.bytes());
    assertEquals(one.events(), other.events());
  }

  @Test
  void anotherSeedGivesAnotherRun() {
    ToyRun other = new ToyRun();
    other.seed = 8;
    assertNotEquals(new ToyRun().run().bytes(), other.run().bytes());
  }

  @ParameterizedTest
  @CsvSource({
    "none, VISIT",
    "static:0.1, VISIT",
    "random, VISIT",
    "random, RAW",
    "random, cheapest",
    "dissimilar, VISIT",
    "dissimilar, RAW",
    "dissimilar, cheapest",
    "similar, VISIT",
    "similar, RAW",
    "similar, cheapest",
    "deficit, VISIT",
    "deficit, RAW",
    "deficit, SYNTHETIC",
    "random, SYNTHETIC",
    "deficit, cheapest"
  })
  void everyPolicyRunsWithEveryExchange(String policy, String exchange) {
    ToyRun.Outcome outcome = with(policy, exchange).run();
    RoundRecord last = outcome.result().history().getLast();
    assertEquals(6, outcome.result().history().size());
    assertTrue(last.personalAccuracy() > 0.5, "it learns: " + last.personalAccuracy());
    SwapCounts swaps = last.swaps();
    assertEquals(
        swaps.ordered(),
        swaps.accepted() + swaps.rejected() + swaps.expired() + open(outcome),
        "every order ends");
    assertEquals(policy.equals("none"), swaps.ordered() == 0);
    Traffic bytes = last.bytes();
    if (!exchange.equals("cheapest")) {
      boolean visits = !exchange.equals("RAW") && !policy.startsWith("static");
      assertEquals(visits && swaps.ordered() > 0, bytes.visit() > 0);
    }
    assertTrue(bytes.model() > 0 && bytes.fetched() > 0, "the base set is fetched");
  }

  private static long open(ToyRun.Outcome outcome) {
    Set<Long> orders = new HashSet<>();
    for (RunEvent event : outcome.events()) {
      if (event instanceof RunEvent.Ordered ordered) {
        assertTrue(orders.add(ordered.order()), "a number twice");
      }
      if (event instanceof RunEvent.Settled settled) {
        assertTrue(orders.remove(settled.order()), "settled without an order");
      }
    }
    return orders.size();
  }

  /** What a swap's settlement says moved is no more than what the fleet carried. */
  @Test
  void swapsSettleForTheBytesThatMoved() {
    for (String exchange : List.of("VISIT", "SYNTHETIC", "RAW")) {
      ToyRun run = with("deficit", exchange);
      run.data = ToyClusters.skewed(9, 32, 0);
      ToyRun.Outcome outcome = run.run();
      long settled = 0;
      for (RunEvent event : outcome.events()) {
        settled += event instanceof RunEvent.Settled one ? one.bytes() : 0;
      }
      Traffic bytes = outcome.result().history().getLast().bytes();
      assertTrue(settled > 0);
      assertTrue(settled <= bytes.pointer() + bytes.fetched() + bytes.visit());
    }
  }

  @ParameterizedTest
  @EnumSource(Personalization.class)
  void everyPersonalizationRuns(Personalization personalization) {
    ToyRun run = with("none", "VISIT");
    run.personalization = personalization;
    ToyRun.Outcome outcome = run.run();
    RoundRecord last = outcome.result().history().getLast();
    assertTrue(last.personalAccuracy() > 0.4);
    assertEquals(personalization == Personalization.LOCAL, last.cohort() == 0);
    if (personalization.hasGlobalModel()) {
      assertTrue(last.globalAccuracy() != null && last.globalAccuracy() > 0.4);
    } else {
      assertNull(last.globalAccuracy());
    }
    run.threads = 3;
    assertEquals(outcome.bytes(), run.run().bytes());
  }

  /** Nine devices, six rounds: the model in round 0, then bodies up and down. */
  @Test
  void headsThatStayAreNotSent() {
    ToyRun run = with("none", "VISIT");
    run.personalization = Personalization.FEDPER;
    long head = 4L * (ToyClusters.FEATURES + 1) * ToyClusters.CLASSES;
    long body = 4L * ToyClusters.FEATURES;
    long down = 9 * (body + head) + 9 * 6 * body;
    RoundRecord last = run.run().result().history().getLast();
    int updates = run.run().result().history().stream().mapToInt(RoundRecord::cohort).sum();
    assertEquals(down + updates * body, last.bytes().model());
  }

  @Test
  void anOracleMovesAllSamplesOnceAndTrainsAlone() {
    ToyRun run = with("none", "VISIT");
    run.personalization = Personalization.NONE;
    RoundRecord devices = run.run().result().history().getLast();
    run.pooled = true;
    ToyRun.Outcome outcome = run.run();
    RoundRecord last = outcome.result().history().getLast();
    assertEquals(1, last.cohort());
    long moved = last.bytes().fetched() - devices.bytes().fetched();
    long sample = ToyClusters.FEATURES * 4L + 4;
    assertTrue(moved > 9 * 24 * sample && moved < 9 * 32 * sample, "moved " + moved);
    assertEquals(moved, outcome.result().history().getFirst().bytes().fetched() - 9 * 16 * sample);
    assertTrue(last.globalAccuracy() != null && last.globalAccuracy() > 0.6);
    assertEquals(List.of("raw samples"), outcome.result().epsilon().withoutNoise());
  }

  @Test
  void baseZeroWorks() {
    ToyRun run = new ToyRun();
    run.data = ToyClusters.skewed(9, 32, 0);
    ToyRun.Outcome outcome = run.run();
    assertEquals(6, outcome.result().history().size());
    assertEquals(0, outcome.result().history().getLast().bytes().fetched());
  }

  /** A base set is fetched whole by everybody, through a lease of its own. */
  @Test
  void theBaseSetReachesDevicesAsRawCopies() {
    ToyRun run = with("none", "VISIT");
    run.rounds = 1;
    long fetched = run.run().result().history().getLast().bytes().fetched();
    long copy = 16L * (ToyClusters.FEATURES * 4 + 4);
    assertEquals(9 * copy, fetched);
  }

  @Test
  void participationPicksTheStatedShare() {
    ToyRun run = with("none", "VISIT");
    run.data = ToyClusters.skewed(20, 16, 0);
    run.participation = 0.3;
    run.rounds = 10;
    for (RoundRecord round : run.run().result().history()) {
      // 30 % of the 14 to 20 devices that are there.
      assertTrue(round.cohort() >= 4 && round.cohort() <= 6, round.cohort() + " devices");
    }
  }

  @Test
  void epsilonIsFiniteOnlyIfEverythingIsNoised() {
    ToyRun everything = with("deficit", "VISIT");
    everything.protection = Protection.ALL;
    everything.epsilon = 50;
    RunSummary.Epsilon noised = everything.run().result().epsilon();
    assertTrue(noised.max() > 0 && noised.max() <= 50, "epsilon " + noised.max());
    assertEquals(List.of(), noised.withoutNoise());

    RunSummary.Epsilon profiles = with("deficit", "VISIT").run().result().epsilon();
    assertEquals(Double.POSITIVE_INFINITY, profiles.max());
    assertEquals(List.of("updates", "visits"), profiles.withoutNoise());
    assertTrue(profiles.noised() > 0 && profiles.noised() <= 200);

    ToyRun open = with("deficit", "VISIT");
    open.epsilon = Double.POSITIVE_INFINITY;
    RunSummary.Epsilon none = open.run().result().epsilon();
    assertEquals(Double.POSITIVE_INFINITY, none.max());
    assertEquals(Double.POSITIVE_INFINITY, none.mean());
    assertTrue(none.withoutNoise().contains("profiles"));
    assertEquals(0, none.noised());
  }

  /** Raw copies have no noise, whatever the operator protects. */
  @Test
  void rawSwapsMakeEpsilonInfinite() {
    ToyRun run = with("deficit", "RAW");
    run.protection = Protection.ALL;
    RunSummary.Epsilon epsilon = run.run().result().epsilon();
    assertEquals(Double.POSITIVE_INFINITY, epsilon.max());
    assertEquals(List.of("raw samples"), epsilon.withoutNoise());
  }

  /** Profiles dearer than planned: all accounts are spent after the first, and the run goes on. */
  @Test
  void spentAccountsEndSwapsButNotTheRun() {
    ToyRun run = with("deficit", "VISIT");
    run.epsilon = 1;
    run.profileRho = 0.015;
    run.swapEvery = 1;
    run.rounds = 8;
    ToyRun.Outcome outcome = run.run();
    assertEquals(8, outcome.result().history().size());
    Set<String> spent = new TreeSet<>();
    int lastOrder = 0;
    int firstSpent = 99;
    for (RunEvent event : outcome.events()) {
      if (event instanceof RunEvent.AccountSpent one) {
        assertTrue(spent.add(one.device()), "told once");
        assertTrue(one.epsilon() <= 1);
        firstSpent = Math.min(firstSpent, one.round());
      }
      if (event instanceof RunEvent.Ordered ordered) {
        lastOrder = ordered.round();
      }
    }
    assertEquals(9, spent.size());
    assertTrue(lastOrder >= 2 && lastOrder < 8, "last order in round " + lastOrder);
    assertTrue(firstSpent > 2);
    for (RunSummary.DeviceResult device : outcome.result().devices()) {
      assertTrue(device.spentInRound() != null && device.spentInRound() > 2);
      assertTrue(device.epsilon() <= 1);
    }
    assertEquals(
        outcome.result().history().getLast().swaps(),
        outcome.result().history().get(lastOrder).swaps());
  }

  @Test
  void whatSwapsGaveIsWhatSwapsBrought() {
    ToyRun.Outcome outcome = with("random", "RAW").run();
    double given = 0;
    double received = 0;
    for (RunSummary.DeviceResult device : outcome.result().devices()) {
      given += device.given();
      received += device.received();
      double before = device.labelsBefore().stream().mapToDouble(v -> v).sum();
      double after = device.labelsAfter().stream().mapToDouble(v -> v).sum();
      assertEquals(device.received(), after - before);
    }
    assertTrue(given > 0);
    assertEquals(given, received);
  }
}
