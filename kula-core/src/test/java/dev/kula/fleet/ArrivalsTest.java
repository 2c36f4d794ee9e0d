package dev.kula.fleet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Devices {@code d1}, {@code d2} and so on take 1 second, 2 seconds and so on to train. */
final class ArrivalsTest {
  private final Conditions conditions = new SimulatedConditions(Courses.still(), costs());

  private static CostModel costs() {
    Map<DeviceId, CostModel.Costs> costs = new HashMap<>();
    for (int i = 1; i <= 5; i++) {
      costs.put(new DeviceId("d" + i), new CostModel.Costs(i, 1e9, 1e9, 0, 1));
    }
    return new CostModel(costs, new Seed(1));
  }

  private static Arrivals.Sent sent(int device) {
    DeviceId id = new DeviceId("d" + device);
    return new Arrivals.Sent(
        id,
        Optional.of(new Update(new float[] {device}, 10 * device, 0.5).inSteps(7)),
        new Conditions.Worked(id, 0, 1, 0));
  }

  private static List<String> names(Arrivals.Counted counted) {
    return counted.updates().stream().map(one -> one.device().name()).toList();
  }

  private static float[] delta(Arrivals.Counted counted, int at) {
    return counted.updates().get(at).update().delta();
  }

  private Arrivals.Counted take(Arrivals arrivals, int round, Arrivals.Sent... sent) {
    Arrivals.Counted counted = arrivals.take(round, List.of(sent), conditions);
    conditions.advanceTo(counted.until());
    return counted;
  }

  @Test
  void theFirstOfACohortCountWhole() {
    Arrivals arrivals = new Arrivals(new Pace.First(0.6));
    Arrivals.Counted counted = take(arrivals, 1, sent(4), sent(2), sent(1), sent(5), sent(3));
    assertEquals(List.of("d1", "d2", "d3"), names(counted));
    assertEquals(Duration.ofSeconds(3), counted.until());
    assertArrayEquals(new float[] {3}, delta(counted, 2));
    assertFalse(arrivals.isAtWork(new DeviceId("d5")), "it is not waited for");
    assertEquals(List.of(), arrivals.state());
  }

  /** Rounds of a buffer of two, worked out by hand. */
  @Test
  void aBufferCountsWhatIsOldForLess() {
    Arrivals arrivals = new Arrivals(new Pace.Buffer(2));
    Arrivals.Counted first = take(arrivals, 1, sent(1), sent(2), sent(3), sent(5));
    assertEquals(List.of("d1", "d2"), names(first));
    assertEquals(Duration.ofSeconds(2), first.until());
    assertTrue(arrivals.isAtWork(new DeviceId("d3")));
    assertFalse(arrivals.isAtWork(new DeviceId("d1")));

    // d1 begins at 2 s and comes at 3 s with d3, which began with the model before: names decide.
    Arrivals.Counted second = take(arrivals, 2, sent(1), sent(2));
    assertEquals(List.of("d1", "d3"), names(second));
    assertEquals(Duration.ofSeconds(3), second.until());
    assertArrayEquals(new float[] {1}, delta(second, 0));
    assertArrayEquals(new float[] {(float) (3 / Math.sqrt(2))}, delta(second, 1), 1e-6f);
    assertEquals(30, second.updates().get(1).update().weight());
    assertEquals(7, second.updates().get(1).update().steps());

    // d2 comes at 4 s from the model before, d5 at 5 s from that before it.
    Arrivals.Counted third = take(arrivals, 3);
    assertEquals(List.of("d2", "d5"), names(third));
    assertEquals(Duration.ofSeconds(5), third.until());
    assertArrayEquals(new float[] {(float) (2 / Math.sqrt(2))}, delta(third, 0), 1e-6f);
    assertArrayEquals(new float[] {(float) (5 / Math.sqrt(3))}, delta(third, 1), 1e-6f);
    assertEquals(Duration.ofSeconds(5), take(arrivals, 4).until(), "nobody is at work");
  }

  /** What waits in a full buffer is there already when the next round begins. */
  @Test
  void timeDoesNotGoBack() {
    Arrivals arrivals = new Arrivals(new Pace.Buffer(1));
    take(arrivals, 1, sent(1), sent(2));
    conditions.advanceTo(Duration.ofSeconds(10));
    Arrivals.Counted second = arrivals.take(2, List.of(), conditions);
    assertEquals(List.of("d2"), names(second));
    assertEquals(Duration.ofSeconds(10), second.until());
  }

  @Test
  void whatIsOnItsWayOutlivesARestart() {
    Arrivals before = new Arrivals(new Pace.Buffer(1));
    take(before, 1, sent(1), sent(2), sent(3));
    Arrivals after = new Arrivals(new Pace.Buffer(1));
    after.restore(before.state());
    assertEquals(List.of("d2"), names(after.take(2, List.of(), conditions)));
    assertEquals(List.of("d2"), names(before.take(2, List.of(), conditions)));
  }

  /** In the end all are waited for. */
  @Test
  void whatIsGatheredComesTooLate() {
    Arrivals arrivals = new Arrivals(new Pace.Buffer(1));
    take(arrivals, 1, sent(1), sent(5), sent(3));
    conditions.advanceTo(Duration.ofSeconds(4));
    assertTrue(arrivals.isAtWork(new DeviceId("d3")), "what it sent waits");
    arrivals.gather(conditions);
    assertEquals(Duration.ofSeconds(5), conditions.elapsed());
    assertFalse(arrivals.isAtWork(new DeviceId("d5")));
    assertEquals(List.of(), arrivals.state());
  }

  @Test
  void whatIsNewIsNotCopied() {
    Update update = new Update(new float[] {1}, 1, 0);
    assertSame(update, Pace.Buffer.discounted(update, 0));
    assertThrows(IllegalArgumentException.class, () -> new Pace.Buffer(0));
    assertThrows(IllegalArgumentException.class, () -> new Pace.First(0));
  }
}
