package dev.kula.data.scenario;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.Stage;
import dev.kula.data.ToyClusters;
import dev.kula.data.ToyData;
import dev.kula.data.partition.PartitionPlan;
import dev.kula.data.partition.PartitionSpec;
import dev.kula.data.partition.SplitSpec;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {
  private static final int ROUNDS = 40;
  private static final FederatedData DATA = ToyClusters.skewed(8, 90, 16);

  private static FederatedData in(String shift, Course course) {
    return new Scenario(Shift.parse(shift), course).apply(DATA, ROUNDS, new Seed(3));
  }

  @Test
  void aQuarterTurnMovesTheTopLeftPixelToTheTopRight() {
    Dataset image =
        new Dataset(
            "image",
            new InputShape(1, 2, 2),
            new Task.Classification(ToyClusters.CLASSES),
            ToyClusters.LABELS,
            new FeatureTable.Bytes(new byte[] {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}, 4, 1, 0),
            new float[3],
            Optional.empty(),
            Optional.empty());
    Dataset turned = new Shift.Features(4).apply(image, new int[] {0, 1, 2}, new Seed(1));
    float[][] expected = {{1, 2, 3, 4}, {3, 1, 4, 2}, {4, 3, 2, 1}};
    for (int row = 0; row < 3; row++) {
      float[] pixels = new float[4];
      turned.features().copyRow(row, pixels, 0);
      assertArrayEquals(expected[row], pixels);
    }
  }

  @Test
  void tablesHaveTheSignsOfHalfTheirFeaturesChanged() {
    Dataset table = DATA.dataset();
    int[] regimes = new int[table.size()];
    regimes[5] = 1;
    Dataset flipped = new Shift.Features(2).apply(table, regimes, new Seed(1));
    float[] before = new float[ToyClusters.FEATURES];
    float[] after = new float[ToyClusters.FEATURES];
    table.features().copyRow(5, before, 0);
    flipped.features().copyRow(5, after, 0);
    int changed = 0;
    for (int i = 0; i < before.length; i++) {
      assertEquals(Math.abs(before[i]), Math.abs(after[i]));
      changed += before[i] == after[i] ? 0 : 1;
    }
    assertEquals(3, changed);
    table.features().copyRow(4, before, 0);
    flipped.features().copyRow(4, after, 0);
    assertArrayEquals(before, after);
  }

  @Test
  void namesArePermutedInARegimeAndInRegimeZeroLeftAlone() {
    Dataset table = DATA.dataset();
    int[] regimes = IntStream.range(0, table.size()).map(row -> row % 2).toArray();
    Dataset renamed = new Shift.Labels(2).apply(table, regimes, new Seed(2));
    float[] names = new float[ToyClusters.CLASSES];
    Arrays.fill(names, -1);
    for (int row = 0; row < table.size(); row++) {
      int was = (int) table.targets()[row];
      if (regimes[row] == 0) {
        assertEquals(was, renamed.targets()[row]);
      } else {
        assertTrue(names[was] == -1 || names[was] == renamed.targets()[row]);
        names[was] = renamed.targets()[row];
      }
    }
    float[] sorted = names.clone();
    Arrays.sort(sorted);
    assertArrayEquals(new float[] {0, 1, 2, 3}, sorted);
  }

  @ParameterizedTest
  @EnumSource(
      value = Course.class,
      names = {"STREAM"},
      mode = EnumSource.Mode.EXCLUDE)
  void theSameSeedGivesTheSameRowsAndNoneIsLost(Course course) {
    FederatedData one = in("labels:2", course);
    FederatedData again = in("labels:2", course);
    assertArrayEquals(one.dataset().targets(), again.dataset().targets());
    for (int i = 0; i < one.devices().size(); i++) {
      DeviceRows rows = one.devices().get(i);
      assertArrayEquals(rows.train(), again.devices().get(i).train());
      if (course != Course.JOIN) {
        assertEquals(DATA.devices().get(i).train().length, rows.train().length);
      }
      for (Stage stage : rows.stages()) {
        for (int row : stage.exam()) {
          assertTrue(Arrays.stream(rows.test()).anyMatch(test -> test == row));
        }
      }
    }
  }

  @Test
  void aQuarterJoinsLateWithFewSamples() {
    List<DeviceRows> late =
        in("features:2", Course.JOIN).devices().stream()
            .filter(rows -> rows.stages().getFirst().round() > 0)
            .toList();
    assertEquals(2, late.size());
    for (DeviceRows rows : late) {
      Stage joins = rows.stages().getFirst();
      assertTrue(joins.round() >= 10 && joins.round() < 20 && joins.change(), joins::toString);
      assertTrue(rows.train().length >= 5 && rows.train().length <= 20);
    }
  }

  @Test
  void whoDriftsHasAThirdAtFirstAndAllInTheEndAndMovesThreeTimes() {
    Set<Integer> firstMoves = new HashSet<>();
    for (DeviceRows rows : in("features:4", Course.SUDDEN).devices()) {
      assertEquals(30, rows.heldAtFirst());
      assertEquals(90, rows.stages().getLast().held());
      List<Integer> moves = rows.stages().stream().filter(Stage::change).map(Stage::round).toList();
      assertEquals(3, moves.size());
      assertEquals(10, moves.get(1) - moves.get(0));
      assertEquals(4 * DATA.devices().getFirst().test().length, rows.test().length);
      firstMoves.add(moves.getFirst());
    }
    assertTrue(firstMoves.size() > 2);
  }

  @Test
  void whenAllMoveTogetherNobodyHasBeenThere() {
    Set<List<Integer>> moves = new HashSet<>();
    for (DeviceRows rows : in("labels:4", Course.TOGETHER).devices()) {
      moves.add(rows.stages().stream().filter(Stage::change).map(Stage::round).toList());
    }
    assertEquals(Set.of(List.of(10, 20, 30)), moves);
  }

  @Test
  void aGradualMoveMixesTheExam() {
    RegimePath path = RegimePath.drifting(Course.GRADUAL, 1, 4, ROUNDS, new Seed(1));
    int begins = path.switches()[0];
    assertEquals(1, path.regime(begins - 1));
    assertEquals(2, path.regime(begins));
    assertEquals(1, path.regimeBefore(begins));
    assertEquals(1 / 6.0, path.arrived(begins), 1e-12);
    assertEquals(1, path.arrived(begins + 5));
    RegimePath back = RegimePath.drifting(Course.RECURRING, 3, 4, ROUNDS, new Seed(1));
    assertEquals(0, back.regime(back.switches()[0]));
    assertEquals(3, back.regime(back.switches()[1]));
  }

  @Test
  void aStreamIsExaminedOnWhatComesNext() {
    Dataset raw = ToyData.timed(ToyData.owned(ToyData.classes(300, 3), 5));
    FederatedData dealt =
        PartitionPlan.defaults()
            .withPartition(new PartitionSpec.Natural())
            .withSplit(new SplitSpec.Time(0.2))
            .withBase(0)
            .apply(raw, new Seed(1));
    FederatedData data =
        new Scenario(new Shift.None(), Course.STREAM).apply(dealt, ROUNDS, new Seed(1));
    double[] times = data.dataset().times().orElseThrow();
    for (DeviceRows rows : data.devices()) {
      assertEquals(12, rows.heldAtFirst());
      List<Integer> order = new ArrayList<>();
      Arrays.stream(rows.train()).forEach(order::add);
      Arrays.stream(rows.test()).forEach(order::add);
      assertEquals(60, order.size());
      for (int i = 1; i < order.size(); i++) {
        assertTrue(times[order.get(i - 1)] < times[order.get(i)]);
      }
      int expected = 12;
      for (Stage stage : rows.stages()) {
        assertEquals(expected, stage.held());
        for (int row : stage.exam()) {
          assertEquals(order.get(expected++), row);
        }
      }
      assertEquals(60, expected);
    }
  }

  @Test
  void aStreamBeginsWithWhatStandardisesIt() {
    PartitionPlan plan =
        PartitionPlan.defaults()
            .withPartition(new PartitionSpec.Natural())
            .withSplit(new SplitSpec.Time(0.5))
            .withBase(0);
    Dataset raw = ToyData.timed(ToyData.owned(ToyData.classes(300, 3), 5));
    Scenario stream = new Scenario(new Shift.None(), Course.STREAM);
    FederatedData data = stream.apply(plan.apply(raw, new Seed(1)), ROUNDS, new Seed(1));
    data.devices().forEach(rows -> assertEquals(30, rows.heldAtFirst()));
    PartitionPlan random = plan.withSplit(new SplitSpec.Random(0.5));
    assertMistake(
        () -> stream.apply(random.apply(raw, new Seed(1)), ROUNDS, new Seed(1)),
        "--split time:0.2");
    PartitionPlan based = plan.withBase(0.1);
    assertMistake(
        () -> stream.apply(based.apply(raw, new Seed(1)), ROUNDS, new Seed(1)), "--base 0");
  }

  @Test
  void whatCannotBeIsTheUsersMistake() {
    assertMistake(() -> in("none", Course.SUDDEN), "course is 'sudden'", "--shift features:4");
    assertMistake(() -> in("none", Course.STREAM), "needs a time for each row");
    assertMistake(() -> Shift.parse("labels:1"), "shift is 'labels:1'", "from 2 to 100");
    assertMistake(() -> Course.parse("slow"), "course is 'slow'");
    assertMistake(
        () -> new Scenario(Shift.parse("labels:2"), Course.STREAM), "shift must be 'none'");
    assertMistake(
        () -> new Scenario(Shift.parse("labels:2"), Course.SUDDEN).apply(DATA, 4, new Seed(1)),
        "rounds is 4");
    assertMistake(
        () -> new Shift.Labels(2).apply(ToyData.regression(20), new int[20], new Seed(1)),
        "which has no classes");
    assertNotEquals(new Scenario(new Shift.None(), Course.JOIN), Scenario.none());
  }
}
