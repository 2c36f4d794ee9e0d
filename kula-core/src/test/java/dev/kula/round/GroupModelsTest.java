package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.aggregate.ServerOptimizer;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Personalization;
import dev.kula.fleet.Fleet;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models of groups, and how much of them travels. */
final class GroupModelsTest {
  private static final DeviceId ONE = new DeviceId("one");
  private static final DeviceId TWO = new DeviceId("two");
  private static final TrainingPlan PLAN = TrainingPlan.of(1, 8, 0.1f);

  private static Fleet.Folded folded(float... model) {
    return new Fleet.Folded(model, 1, 1, 0, 0);
  }

  private static float[] model(Envelope envelope) {
    return ((Message.GlobalModel) envelope.message()).parameters();
  }

  private static Groups divided() {
    float[] start = {0, 0, 0};
    Groups groups = new Groups(start);
    groups.divide(Map.of(ONE, 0, TWO, 1), List.of(start, start), start);
    groups.train(
        groups.tasks(1, PLAN, List.of(ONE, TWO), size -> size),
        List.of(folded(1, 2, 3), folded(4, 5, 6)),
        ServerOptimizer.NONE,
        2);
    return groups;
  }

  @Test
  void whoHasHadAWholeModelGetsThePartThatTravels() {
    List<Envelope> parts = divided().deliveries(2, List.of(TWO, ONE), size -> size - 1);
    assertEquals(List.of(TWO, ONE), parts.stream().map(Envelope::to).toList());
    assertArrayEquals(new float[] {4, 5}, model(parts.getFirst()));
    assertArrayEquals(new float[] {1, 2}, model(parts.getLast()));
  }

  @Test
  void whoJoinsGetsAllOfIt() {
    Groups groups = divided();
    assertSame(groups.model(1), model(groups.deliveries(2, List.of(TWO)).getFirst()));
    assertArrayEquals(new float[] {4, 5, 6}, groups.model(1));
  }

  @Test
  void tasksStartFromWholeModelsAndSendTheSamePart() {
    List<Fleet.TrainingTask> tasks = divided().tasks(2, PLAN, List.of(ONE, TWO), size -> size - 1);
    assertEquals(2, tasks.size());
    assertArrayEquals(new float[] {4, 5, 6}, tasks.getLast().global());
    assertEquals(2, tasks.getLast().sent());
    assertEquals(List.of(TWO), tasks.getLast().cohort());
  }

  /** Whoever is in no group has the common model, which others train now and then. */
  @Test
  void theUnsettledHaveTheCommonModel() {
    Groups groups = divided();
    assertEquals(2, groups.count());
    assertTrue(groups.exists(2) && !groups.exists(3));
    groups.move(TWO, 2, new int[] {1});
    groups.move(ONE, 0, new int[] {2});
    assertEquals(List.of(List.of(ONE), List.of(), List.of(TWO)), groups.members(List.of(ONE, TWO)));
    assertArrayEquals(new float[] {0, 0, 0}, model(groups.deliveries(2, List.of(TWO)).getFirst()));
    int trained = 0;
    for (int round = 2; round < 2 + Groups.EARLIER_EVERY; round++) {
      Fleet.TrainingTask common = groups.tasks(round, PLAN, List.of(ONE, TWO), n -> n).getLast();
      assertEquals(2, common.group());
      assertTrue(common.cohort().contains(TWO));
      trained += common.cohort().contains(ONE) ? 1 : 0;
    }
    assertEquals(1, trained);
  }

  @Test
  void anOracleTrainsTheModelOfAllWhereNoDeviceIsThere() {
    Groups groups = new Groups(new float[] {0});
    List<Fleet.TrainingTask> tasks = groups.tasks(1, PLAN, List.of(), size -> size);
    groups.train(tasks, List.of(folded(7)), ServerOptimizer.NONE, 2);
    assertArrayEquals(new float[] {7}, groups.model(0));
  }

  /** A search lets devices train beside their rounds, of which no model of their own may know. */
  @Test
  void modelsThatLastAreTrainedOnceARoundWhateverIsTried() {
    ToyRun.Outcome with = ditto(true).run();
    assertTrue(with.events().stream().anyMatch(RunEvent.Grouped.class::isInstance));
    assertEquals(1, with.result().models().size());
    ToyRun.Outcome without = ditto(false).run();
    assertEquals(hashes(without), hashes(with));
  }

  private static List<Integer> hashes(ToyRun.Outcome outcome) {
    return outcome.result().personal().values().stream()
        .map(model -> Arrays.hashCode(model.parameters()))
        .toList();
  }

  private static ToyRun ditto(boolean groups) {
    ToyRun run = new ToyRun();
    run.policy = "none";
    run.personalization = Personalization.DITTO;
    run.groups = groups;
    return run;
  }
}
