package dev.kula.examples.extensions;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.app.Experiment;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapPolicyProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The examples, by their names, in simulations that a program runs. */
@Tag("slow")
final class ExtensionsTest {
  private static Experiment small(Map<String, ?> more) {
    Map<String, Object> settings =
        new HashMap<>(Map.of("devices", 6, "rounds", 4, "model", "softmax", "swap-every", 2));
    settings.putAll(more);
    return Experiment.of(settings);
  }

  @Test
  void aModelOfOnesOwnLearns() {
    RunResult result = small(Map.of("model", "brier", "lr", 0.5)).run();
    assertTrue(result.accuracy().mean() > 0.5, () -> "accuracy " + result.accuracy().mean());
    assertEquals(4, result.history().size());
  }

  @Test
  void aPolicyOfOnesOwnHasItsSwapsMade() {
    List<RunEvent> events = new ArrayList<>();
    small(Map.of("policy", "opposites:2", "groups", "none"))
        .run(
            new RunListener() {
              @Override
              public void round(RoundRecord round, List<RunEvent> more) {
                events.addAll(more);
              }

              @Override
              public void checkpoint(Supplier<RunState> state) {}
            });
    assertTrue(
        events.stream().anyMatch(event -> event.toString().contains("of its labels are others")),
        () -> "events " + events);
  }

  @Test
  void aStrategyOfOnesOwnFolds() {
    RunResult fair = small(Map.of("strategy", "fair:2")).run();
    RunResult mean = small(Map.of("strategy", "fair:0")).run();
    RunResult fedavg = small(Map.of()).run();
    assertEquals(fedavg.accuracy().mean(), mean.accuracy().mean());
    assertTrue(fair.accuracy().mean() > 0.5, () -> "accuracy " + fair.accuracy().mean());
    assertTrue(
        !Arrays.equals(fair.models().getFirst(), mean.models().getFirst()), "the power shows");
  }

  /** As {@code AggregationContractTest} has it for Kula's own. */
  @Test
  void noOrderOfUpdatesShows() {
    AggregationStrategy strategy = AggregationStrategy.parse("fair:2");
    assertEquals("fair:2.0", AggregationStrategy.parse(strategy.name()).name());
    Update one = new Update(new float[] {1, 0.1f}, 10, 2);
    Update two = new Update(new float[] {-3, 7}, 30, 0.5);
    Update three = new Update(new float[] {0.3f, 1e-6f}, 1, 9);
    PartialSum inOrder = strategy.init(2);
    List.of(one, two, three).forEach(inOrder::accumulate);
    PartialSum first = strategy.init(2);
    first.accumulate(three);
    PartialSum second = strategy.init(2);
    second.accumulate(two);
    second.accumulate(one);
    first.merge(second);
    float[] global = {5, 6};
    assertArrayEquals(inOrder.finish(global), first.finish(global));
    // Weights 40, 7.5 and 81.
    assertEquals(5 + (40 - 3 * 7.5 + 0.3 * 81) / 128.5, first.finish(global)[0], 1e-6);
  }

  @Test
  void tablesOfOnesOwnAreTrainedOn() {
    RunResult result =
        small(
                Map.of(
                    "data",
                    "logfmt:shops.log",
                    "partition",
                    "natural",
                    "target",
                    "local",
                    "lr",
                    0.3))
            .run();
    assertEquals(
        List.of("shop-0", "shop-1", "shop-2"),
        result.devices().stream().map(device -> device.device()).sorted().toList());
    assertTrue(result.accuracy().mean() > 0.5, () -> "accuracy " + result.accuracy().mean());
  }

  @Test
  void aClassAtHandNeedsNoFile() {
    SwapPolicyProvider twice =
        new SwapPolicyProvider() {
          @Override
          public String name() {
            return "two-opposites";
          }

          @Override
          public SwapPolicy create(Optional<String> argument) {
            return new Opposites().create(Optional.of("2"));
          }
        };
    Map<String, String> settings = Map.of("policy", "two-opposites", "groups", "none");
    RunResult result = small(settings).with(twice).run();
    assertEquals(4, result.history().size());
    assertMistake(small(settings), "policy is 'two-opposites', must be none", "opposites");
  }

  @Test
  void mistakesAreOneLine() {
    assertMistake(small(Map.of("policy", "opposites:no")), "K must be from 1 to 9");
    assertMistake(small(Map.of("strategy", "fair:x")), "Q must be a number");
    assertMistake(small(Map.of("data", "logfmt:missing.log")), "must be a file that is there");
    assertMistake(
        small(Map.of("strategy", "fair", "robust", "median")), "--robust takes the place of");
    assertMistake(small(Map.of("model", "brie")), "must be softmax", "class path brier");
    assertMistake(small(Map.of("policy", "opposites")).with(new Opposites()), "both call");
  }

  private static void assertMistake(Experiment experiment, String... words) {
    KulaException mistake = assertThrows(KulaException.class, experiment::run);
    assertEquals(KulaException.Blame.USER, mistake.blame());
    for (String word : words) {
      assertTrue(mistake.toString().contains(word), mistake::toString);
    }
  }
}
