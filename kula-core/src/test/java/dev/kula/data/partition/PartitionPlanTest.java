package dev.kula.data.partition;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DataDescription;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.Standardisation;
import dev.kula.data.ToyData;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class PartitionPlanTest {
  private static final PartitionPlan PLAN = PartitionPlan.defaults().withDevices(5);

  @Provide
  Arbitrary<PartitionSpec> specs() {
    return Arbitraries.of(
            "natural", "iid", "dirichlet:0.5", "dirichlet:5", "classes:2", "quantity:1")
        .map(PartitionSpec::parse);
  }

  @Property(tries = 100)
  void everyRowIsInOnePlace(
      @ForAll("specs") PartitionSpec spec,
      @ForAll @DoubleRange(min = 0, max = 0.5) double base,
      @ForAll boolean byTime,
      @ForAll long seed) {
    Dataset raw = ToyData.timed(ToyData.owned(ToyData.classes(300, 3), 5));
    PartitionPlan plan =
        PLAN.withPartition(spec)
            .withBase(base)
            .withSplit(byTime ? new SplitSpec.Time(0.75) : new SplitSpec.Random(0.75));
    FederatedData data = plan.apply(raw, new Seed(seed));
    int[] rows =
        IntStream.concat(IntStream.of(data.trainingRows()), IntStream.of(data.testRows()))
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, 300).toArray(), rows);
    FederatedData again = plan.apply(raw, new Seed(seed));
    assertArrayEquals(data.trainingRows(), again.trainingRows());
    assertArrayEquals(data.testRows(), again.testRows());
  }

  /** Published results name the seed only: a change here makes them another experiment's. */
  @Test
  void defaultPartitionOfTheBundledDataIsGolden() throws NoSuchAlgorithmException {
    Dataset raw = DataSource.parse("fashion-mnist").load(ReadOptions.defaults());
    FederatedData data = PartitionPlan.defaults().apply(raw, new Seed(1));
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int[] rows : new int[][] {data.trainingRows(), data.testRows()}) {
      for (int row : rows) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(row).array());
      }
    }
    assertEquals(
        "e6e393ff68e7766501cb5f83e9013f75902ceb7b181c7da66348bea7c37c22de",
        HexFormat.of().formatHex(digest.digest()));
    DataDescription description = DataDescription.of(data);
    assertEquals(0.7, description.labelSkew(), 0.05);
    assertTrue(description.fewest() >= 10);
  }

  @Test
  void anotherSeedGivesAnotherPartition() {
    Dataset raw = ToyData.classes(300, 3);
    assertTrue(
        !Arrays.equals(
            PLAN.apply(raw, new Seed(1)).trainingRows(),
            PLAN.apply(raw, new Seed(2)).trainingRows()));
  }

  @Test
  void baseIsBalancedEvenWhereLabelsAreNot() {
    float[] targets = new float[1000];
    Arrays.fill(targets, 0, 100, 1);
    Arrays.fill(targets, 100, 110, 2);
    Dataset raw = ToyData.classes(targets, 3);
    FederatedData small =
        PLAN.withPartition(new PartitionSpec.Iid()).withBase(0.015).apply(raw, new Seed(1));
    assertArrayEquals(new int[] {5, 5, 5}, small.labelCounts(small.base()));
    FederatedData large =
        PLAN.withPartition(new PartitionSpec.Iid()).withBase(0.2).apply(raw, new Seed(1));
    // Never more than half of a label.
    assertArrayEquals(new int[] {145, 50, 5}, large.labelCounts(large.base()));
    assertEquals(0, PLAN.withBase(0).apply(raw, new Seed(1)).base().length);
  }

  @Test
  void baseLeavesDevicesThatTheDataNameLargeEnough() {
    Dataset raw = ToyData.owned(ToyData.classes(25, 2), 5);
    FederatedData data =
        PLAN.withPartition(new PartitionSpec.Natural()).withBase(0.5).apply(raw, new Seed(1));
    assertEquals(5, data.base().length);
    for (DeviceRows device : data.devices()) {
      assertEquals(4, device.size());
    }
  }

  @Test
  void underATimeSplitTheBaseKnowsNothingOfTheFuture() {
    Dataset raw = ToyData.timed(ToyData.owned(ToyData.classes(200, 2), 4));
    double[] times = raw.times().orElseThrow();
    FederatedData data =
        new PartitionPlan(new PartitionSpec.Natural(), 4, new SplitSpec.Time(0.6), 0.25)
            .apply(raw, new Seed(1));
    assertEquals(50, data.base().length);
    for (DeviceRows device : data.devices()) {
      double firstTest =
          Arrays.stream(device.test()).mapToDouble(row -> times[row]).min().orElse(0);
      for (int row : data.base()) {
        if (raw.owners().orElseThrow().get(row).equals(device.device())) {
          assertTrue(times[row] < firstTest);
        }
      }
    }
  }

  @Test
  void standardisesOnTrainingRowsOnly() {
    Dataset raw = ToyData.classes(400, 4);
    FederatedData data = PLAN.withBase(0.1).apply(raw, new Seed(7));
    FeatureTable.Floats features = (FeatureTable.Floats) data.dataset().features();
    int[] training = data.trainingRows();
    for (int column : new int[] {0, 2}) {
      double mean = mean(features, training, column);
      double squares = 0;
      for (int row : training) {
        squares += Math.pow(features.values()[3 * row + column] - mean, 2);
      }
      assertEquals(0, mean, 1e-4);
      assertEquals(1, squares / training.length, 1e-3);
    }
    // Would be 0 too, had the test rows taken part.
    double all = mean(features, IntStream.range(0, 400).toArray(), 2);
    assertTrue(Math.abs(all) > 1e-4, "mean over all rows is " + all);
    for (int row = 0; row < 400; row++) {
      assertEquals(0, features.values()[3 * row + 1], "the constant");
    }
  }

  @Test
  void changedTestRowsChangeNothingInTraining() {
    Dataset raw = ToyData.classes(400, 4);
    FederatedData data = PLAN.apply(raw, new Seed(7));
    float[] changed = ((FeatureTable.Floats) raw.features()).values().clone();
    for (int row : data.testRows()) {
      Arrays.fill(changed, 3 * row, 3 * row + 3, 1e6f);
    }
    Dataset other =
        new Dataset(
            raw.name(),
            raw.input(),
            raw.task(),
            raw.labels(),
            new FeatureTable.Floats(changed, 3),
            raw.targets(),
            raw.owners(),
            raw.times());
    FederatedData again = PLAN.apply(other, new Seed(7));
    float[] one = new float[3];
    float[] two = new float[3];
    for (int row : data.trainingRows()) {
      data.dataset().features().copyRow(row, one, 0);
      again.dataset().features().copyRow(row, two, 0);
      assertArrayEquals(one, two);
    }
  }

  @Test
  void standardisesRegressionTargetsAndCanUndoIt() {
    Dataset raw = ToyData.regression(1000);
    FederatedData data = PLAN.withPartition(new PartitionSpec.Iid()).apply(raw, new Seed(3));
    Standardisation.Scale scale = data.standardisation().target().orElseThrow();
    assertEquals(100, scale.mean(), 2);
    assertEquals(10, scale.deviation(), 1);
    int[] training = data.trainingRows();
    double sum = 0;
    double squares = 0;
    for (int row : training) {
      float target = data.dataset().targets()[row];
      assertEquals(raw.targets()[row], scale.undo(target), 1e-3);
      sum += target;
      squares += target * target;
    }
    assertEquals(0, sum / training.length, 1e-4);
    assertEquals(1, squares / training.length, 1e-3);
    for (int count : data.labelCounts(training)) {
      assertEquals(training.length / 10.0, count, 1.01, "bins are quantiles of training targets");
    }
    BitSet bins = new BitSet();
    for (int row : data.testRows()) {
      bins.set(data.dataset().bin(row));
    }
    assertEquals(10, bins.cardinality());
    assertTrue(
        data.dataset().labels().names().getFirst().startsWith("< 8"), "in the source's unit");
  }

  @Test
  void refusesDataThatCannotBeLearnt() {
    assertMistake(
        () -> PLAN.apply(ToyData.classes(new float[100], 2), new Seed(1)), "one class only");
    Dataset constant = ToyData.regression(100);
    Arrays.fill(constant.targets(), 3);
    assertMistake(() -> PLAN.apply(constant, new Seed(1)), "training targets", "3.0");
  }

  @Test
  void namesALabelThatIsTestedButNotTrained() {
    float[] targets = new float[40];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = i < 4 ? 2 : i % 2;
    }
    Dataset raw = ToyData.timed(ToyData.owned(ToyData.classes(targets, 3), 4));
    assertMistake(
        () ->
            new PartitionPlan(new PartitionSpec.Natural(), 4, new SplitSpec.Time(0.5), 0)
                .apply(raw, new Seed(1)),
        "label 'class 2'",
        "device 'a'",
        "time:0.5");
  }

  @Test
  void refusesNumbersThatCannotBe() {
    for (double base : new double[] {-0.1, 0.6, Double.NaN}) {
      assertMistake(() -> PLAN.withBase(base), "base is " + base);
    }
    assertMistake(() -> PLAN.withDevices(0), "devices is 0");
    assertMistake(
        () -> PLAN.withSplit(new SplitSpec.Time(0.5)).apply(ToyData.classes(100, 2), new Seed(1)),
        "needs a time");
  }

  private static double mean(FeatureTable.Floats table, int[] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> table.values()[3 * row + column]).sum()
        / rows.length;
  }
}
