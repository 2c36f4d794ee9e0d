package dev.kula.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.kula.Seed;
import dev.kula.aggregate.ServerOptimizer.State;
import dev.kula.aggregate.ServerOptimizer.Step;
import dev.kula.aggregate.robust.RobustAggregation;
import dev.kula.aggregate.robust.RobustRule;
import org.junit.jupiter.api.Test;

/** Steps worked out by hand. */
final class ServerOptimizerTest {
  private static ServerOptimizer of(String strategy) {
    return AggregationStrategy.parse(strategy).optimizer();
  }

  private static void assertStep(double model, double momentum, Step step) {
    assertEquals(model, step.model()[0], 1e-6);
    assertEquals(momentum, step.state().momentum()[0], 1e-7);
  }

  @Test
  void momentumGathersUpdates() {
    ServerOptimizer optimizer = of("fedavgm");
    float[] start = {1};
    Step first = optimizer.next(State.NONE, start, new float[] {1.5f}, 1);
    assertStep(1.5, 0.5, first);
    // m = 0.9 * 0.5 - 0.25 = 0.2
    assertStep(1.7, 0.2, optimizer.next(first.state(), first.model(), new float[] {1.25f}, 1));
    assertArrayEquals(new float[] {1}, start);
    assertArrayEquals(new float[] {0.5f}, first.state().momentum());
  }

  @Test
  void adamDividesByTheRootOfTheSecondMoment() {
    ServerOptimizer optimizer = of("fedadam:0.1");
    // m = 0.1 * 0.1; v = 0.99e-6 + 0.01 * 0.01 = 1.0099e-4; 0.1 * 0.01 / (0.010049378 + 0.001)
    Step first = optimizer.next(State.NONE, new float[] {0}, new float[] {0.1f}, 1);
    assertStep(0.0905029, 0.01, first);
    assertEquals(1.0099e-4, first.state().variance()[0], 1e-10);
    // m = 0.009 - 0.02; v = 0.99 * 1.0099e-4 + 0.01 * 0.04 = 4.999801e-4;
    // 0.1 * -0.011 / (0.02236024 + 0.001) = -0.0470886
    float[] folded = {first.model()[0] - 0.2f};
    assertStep(
        0.0905029 - 0.0470886, -0.011, optimizer.next(first.state(), first.model(), folded, 1));
  }

  @Test
  void yogiMovesTheSecondMomentByTheSquareAlone() {
    ServerOptimizer optimizer = of("fedyogi:0.1");
    // v = 1e-6 + 0.01 * 0.01 = 1.01e-4; 0.1 * 0.01 / (0.010049876 + 0.001)
    Step first = optimizer.next(State.NONE, new float[] {0}, new float[] {0.1f}, 1);
    assertStep(0.0904987, 0.01, first);
    // The square 1e-6 is below v: v = 1.01e-4 - 0.01 * 1e-6 = 1.0099e-4; m = 0.009 + 0.0001;
    // 0.1 * 0.0091 / (0.010049378 + 0.001) = 0.0823575
    float[] folded = {first.model()[0] + 0.001f};
    Step second = optimizer.next(first.state(), first.model(), folded, 1);
    assertStep(0.0904987 + 0.0823575, 0.0091, second);
    assertEquals(1.0099e-4, second.state().variance()[0], 1e-10);
  }

  @Test
  void etaIsAHundredthUnlessGiven() {
    assertEquals(of("fedadam:0.01"), of("fedadam"));
    assertEquals(of("fedyogi:0.01"), of("fedyogi"));
    assertEquals(of("fedavgm:0.9"), of("fedavgm"));
  }

  /** Half of the devices change a model of one number by 0.5 and its control variate by 4. */
  @Test
  void scaffoldMovesItsControlVariateByTheShareOfDevices() {
    Step step = of("scaffold").next(State.NONE, new float[] {1, 3}, new float[] {1.5f, 7}, 0.5);
    assertArrayEquals(new float[] {1.5f, 5}, step.model());
  }

  @Test
  void averagingKeepsWhatTheFoldSays() {
    float[] folded = {2};
    assertSame(folded, of("fedavg").next(State.NONE, new float[] {1}, folded, 1).model());
    assertSame(folded, of("fednova").next(State.NONE, new float[] {1}, folded, 1).model());
  }

  @Test
  void robustRulesKeepTheOptimiser() {
    AggregationStrategy adam = AggregationStrategy.parse("fedadam");
    RobustRule median = RobustRule.parse("median");
    assertEquals(adam.optimizer(), new RobustAggregation(adam, median, new Seed(1)).optimizer());
  }
}
