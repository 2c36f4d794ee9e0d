package dev.kula.data.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.LabelSpace;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class IdentityTest {
  private static final double CONFIDENCE = 0.99;
  private static final int COLUMNS = 3;

  /** What a row of a device is. */
  @FunctionalInterface
  private interface Maker {
    int label(int device, float[] features, Random random);
  }

  /** Two classes on two sides of zero, of which each has half. */
  private static int alike(int device, float[] features, Random random) {
    int label = random.nextInt(2);
    for (int c = 0; c < COLUMNS; c++) {
      features[c] = (float) (3 * label + random.nextGaussian());
    }
    return label;
  }

  private static FederatedData fleet(int[] sizes, Maker maker) {
    Random random = new Random(3);
    int rows = IntStream.of(sizes).sum();
    float[] features = new float[rows * COLUMNS];
    float[] targets = new float[rows];
    List<DeviceRows> devices = new ArrayList<>();
    int next = 0;
    for (int device = 0; device < sizes.length; device++) {
      int first = next;
      for (int i = 0; i < sizes[device]; i++) {
        float[] row = new float[COLUMNS];
        targets[next] = maker.label(device, row, random);
        System.arraycopy(row, 0, features, COLUMNS * next, COLUMNS);
        next++;
      }
      int split = first + 3 * sizes[device] / 4;
      devices.add(
          new DeviceRows(
              new DeviceId("d%02d".formatted(device)),
              IntStream.range(first, split).toArray(),
              IntStream.range(split, next).toArray()));
    }
    Dataset dataset =
        new Dataset(
            "made",
            InputShape.vector(COLUMNS),
            new Task.Classification(2),
            LabelSpace.classes(List.of("a", "b")),
            new FeatureTable.Floats(features, COLUMNS),
            targets,
            Optional.empty(),
            Optional.empty());
    return new FederatedData(dataset, devices, new int[0]);
  }

  private static int[] even(int devices, int each) {
    return IntStream.range(0, devices).map(device -> each).toArray();
  }

  private static Identity identity(FederatedData data) {
    return new Identity(data, new Seed(1));
  }

  private static void assertNothing(Excess excess) {
    assertTrue(excess.pValue() > 0.02, excess::toString);
    assertTrue(Math.abs(excess.effect()) <= excess.halfWidth(CONFIDENCE), excess::toString);
  }

  @Test
  void devicesThatAreAlikeShowNothing() {
    Identity identity = identity(fleet(even(10, 200), IdentityTest::alike));
    assertNothing(identity.labels());
    assertNothing(identity.features());
    assertEquals(identity.labels(), identity.labels(), "the same seed, the same deals");
  }

  @Test
  void otherLabelsAreLabelsAndNotFeatures() {
    Identity identity =
        identity(
            fleet(
                even(10, 200),
                (device, features, random) -> {
                  int label = random.nextDouble() < (device % 2 == 0 ? 0.9 : 0.1) ? 1 : 0;
                  for (int c = 0; c < COLUMNS; c++) {
                    features[c] = (float) (3 * label + random.nextGaussian());
                  }
                  return label;
                }));
    Excess labels = identity.labels();
    // Half of the devices have 90 % of one label where the fleet has 50 %.
    assertEquals(0.4, labels.observed(), 0.03);
    assertTrue(labels.effect() > labels.halfWidth(CONFIDENCE));
    assertEquals(0.001, labels.pValue(), 1e-9);
    assertNothing(identity.features());
  }

  @Test
  void aShiftIsFeaturesAndNotLabels() {
    Identity identity =
        identity(
            fleet(
                even(10, 200),
                (device, features, random) -> {
                  int label = alike(device, features, random);
                  features[0] += device % 2 == 0 ? 1 : -1;
                  return label;
                }));
    assertNothing(identity.labels());
    Excess features = identity.features();
    // One of three features has a variance of 1 within devices and of 1 between them.
    assertEquals(0.5 / COLUMNS, features.effect(), 0.02);
    assertTrue(features.effect() > features.halfWidth(CONFIDENCE));
  }

  @Test
  void quantityIsTheGiniCoefficient() {
    assertEquals(0, Identity.gini(new int[] {5, 5, 5}), 1e-12);
    assertEquals(0.75, Identity.gini(new int[] {0, 0, 0, 8}), 1e-12);
    assertEquals(0.25, Identity.gini(new int[] {1, 3}), 1e-12);
    Excess skewed = identity(fleet(new int[] {10, 20, 400}, IdentityTest::alike)).quantity();
    assertTrue(skewed.effect() > skewed.halfWidth(CONFIDENCE));
    assertTrue(identity(fleet(even(5, 40), IdentityTest::alike)).quantity().effect() < 0);
  }

  /** Under the null hypothesis at most 5 % of the tests may find something. */
  @Test
  void chanceIsSeldomTakenForADifference() {
    int found = 0;
    for (int run = 0; run < 100; run++) {
      Random random = new Random(run);
      FederatedData data =
          fleet(even(4, 30), (device, features, ignored) -> alike(device, features, random));
      found += identity(data).labels().pValue() <= 0.05 ? 1 : 0;
    }
    assertTrue(found <= 12, found + " of 100");
  }

  private static double disagreement(FederatedData data) {
    return LookAlikes.of(data, halves(data), new Seed(1)).stream()
        .map(LookAlikes.Neighbours::disagreement)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average()
        .orElse(Double.NaN);
  }

  private static double nearer(FederatedData data) {
    return LookAlikes.of(data, halves(data), new Seed(1)).stream()
        .mapToDouble(LookAlikes.Neighbours::nearer)
        .average()
        .orElseThrow();
  }

  private static Map<String, Integer> halves(FederatedData data) {
    Map<String, Integer> groups = new HashMap<>();
    for (int device = 0; device < data.devices().size(); device++) {
      groups.put(data.devices().get(device).device().name(), device % 2);
    }
    return groups;
  }

  @Test
  void lookAlikesDisagreeWhereNamesDiffer() {
    FederatedData named =
        fleet(
            even(8, 100),
            (device, features, random) -> (alike(device, features, random) + device) % 2);
    FederatedData same = fleet(even(8, 100), IdentityTest::alike);
    FederatedData far =
        fleet(
            even(8, 100),
            (device, features, random) -> {
              int label = alike(device, features, random);
              features[0] += 100 * (device % 2);
              return label;
            });
    assertTrue(disagreement(named) > 0.8);
    assertEquals(0, nearer(named), 0.25);
    assertEquals(0, disagreement(same), 0.05);
    assertEquals(0, nearer(same), 0.25);
    assertEquals(Double.NaN, disagreement(far), "no row of one half looks like one of the other");
    assertEquals(1, nearer(far));
    assertEquals(
        List.of(), LookAlikes.of(same, Map.of("d00", 0), new Seed(1)), "nobody to compare");
  }
}
