package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.partition.PartitionPlan;
import dev.kula.data.partition.PartitionSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataDescriptionTest {
  /** Two devices: one with class 0 only, one with three quarters of class 1; one base row. */
  private static final FederatedData SMALL =
      new FederatedData(
          ToyData.classes(new float[] {0, 0, 0, 0, 0, 1, 1, 1, 0}, 2),
          List.of(
              new DeviceRows(new DeviceId("a"), new int[] {0, 1, 2}, new int[] {3}),
              new DeviceRows(new DeviceId("b"), new int[] {4, 5, 6}, new int[] {7})),
          new int[] {8});

  @Test
  void countsWhatThereIs() {
    DataDescription description = DataDescription.of(SMALL);
    assertEquals(9, description.samples());
    assertEquals(1, description.baseSamples());
    assertEquals(6, description.trainingSamples());
    assertEquals(2, description.testSamples());
    assertEquals(4, description.fewest());
    assertEquals(4, description.median());
    assertEquals(4, description.most());
    assertEquals(3, description.devices().get(1).counts()[1]);
    // The fleet has 5/8 of class 0; the devices have 1 and 1/4: distances 3/8 and 3/8.
    assertEquals(0.375, description.labelSkew(), 1e-12);
  }

  @Test
  void rendersThePage() {
    assertEquals(
        """
        data        toy
        samples     9 of 3 features: 6 training, 2 test, 1 base
        classes     2
        devices     2, with 4 / 4 / 4 samples (fewest / median / most)
        label skew  0.375 (mean total variation distance to the fleet; 0 alike, 1 disjoint)

        device  samples   0  1
        a             4  ██  \s
        b             4  ▒▒ ██

         0  class 0                          5
         1  class 1                          3
        share of a device's samples: ░░ to 10 %, ▒▒ to 25 %, ▓▓ to 50 %, ██ more
        """,
        DataDescription.of(SMALL).render(false));
  }

  @Test
  void coloursOnlyWhenAsked() {
    DataDescription description = DataDescription.of(SMALL);
    assertFalse(description.render(false).contains("\u001b"));
    String coloured = description.render(true);
    assertTrue(coloured.contains("\u001b[38;5;51m██\u001b[0m"));
    assertEquals(
        description.render(false), coloured.replaceAll("\u001b\\[[0-9;]*m", ""), "only colour");
  }

  @Test
  void shortensLongListsAndKeepsColumnsAligned() {
    FederatedData data =
        PartitionPlan.defaults()
            .withPartition(new PartitionSpec.Dirichlet(1))
            .withDevices(70)
            .apply(ToyData.classes(3000, 25), new Seed(1));
    String page = DataDescription.of(data).render(false);
    assertTrue(page.contains("... and 10 more devices"), page);
    assertTrue(page.contains("... and 5 more labels"), page);
    assertTrue(page.contains("device-59 ") && !page.contains("device-60 "), page);
    List<String> rows = page.lines().filter(line -> line.startsWith("device")).toList();
    List<String> map = rows.subList(1, rows.size());
    assertEquals(61, map.size());
    int width = map.getFirst().length();
    assertTrue(map.stream().allMatch(row -> row.length() == width), page);
    assertTrue(page.lines().allMatch(line -> line.length() <= 100), page);
  }

  @Test
  void oneRowIsNotInTwoPlaces() {
    Dataset data = ToyData.classes(5, 2);
    List<DeviceRows> devices =
        List.of(new DeviceRows(new DeviceId("a"), new int[] {0, 1}, new int[] {2}));
    assertThrows(
        IllegalArgumentException.class, () -> new FederatedData(data, devices, new int[] {2}));
  }
}
