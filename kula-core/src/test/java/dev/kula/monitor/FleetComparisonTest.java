package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FleetComparisonTest {
  private static final double ERROR_RATE = 0.1;

  /**
   * In fleets of like devices, findings come up in at most the stated share of fleets, up to 3
   * standard errors.
   */
  @ParameterizedTest
  @CsvSource({
    "12, 45, Infinity, 0.8, even",
    "12, 45, 0.2, 0.8, even",
    "12, 400, 1, 0.8, even",
    "12, 45, Infinity, 0.98, skewed",
    "12, 300, 0.5, 0.98, skewed",
    "30, 100, Infinity, 0.9, skewed",
    "4, 1000, Infinity, 0.5, even",
  })
  @Tag("slow")
  void likeDevicesAreSeldomFoundToDiffer(
      int devices, int samples, double rho, double accuracy, String shares) {
    assertFalseFindings(400, devices, samples, rho, accuracy, shares);
  }

  @Test
  void likeDevicesAreSeldomFoundToDifferInAQuickLook() {
    assertFalseFindings(60, 12, 45, 0.2, 0.9, "skewed");
  }

  private static void assertFalseFindings(
      int fleets, int devices, int samples, double rho, double accuracy, String shares) {
    SyntheticDevice device = SyntheticDevice.usual(samples).withAccuracy(accuracy);
    if (shares.equals("skewed")) {
      device = device.withShares(0.5, 0.2, 0.1, 0.1, 0.05, 0.02, 0.01, 0.01, 0.005, 0.005);
    }
    int falseOutliers = 0;
    int falseGroups = 0;
    int either = 0;
    for (int f = 0; f < fleets; f++) {
      Findings findings =
          FleetComparison.compare(
              SyntheticDevice.fleet(
                  Collections.nCopies(devices, device), rho, new Seed(5).derive(f)),
              ERROR_RATE);
      falseOutliers += findings.outliers().isEmpty() ? 0 : 1;
      falseGroups += findings.groups().size() == 1 ? 0 : 1;
      either += findings.outliers().isEmpty() && findings.groups().size() == 1 ? 0 : 1;
    }
    double allowed = fleets * ERROR_RATE + 3 * Math.sqrt(fleets * ERROR_RATE * (1 - ERROR_RATE));
    assertTrue(
        either <= allowed,
        "false findings in %d of %d fleets: outliers in %d, groups in %d"
            .formatted(either, fleets, falseOutliers, falseGroups));
  }

  @ParameterizedTest
  @CsvSource({"45, Infinity", "100, 1", "400, 0.2"})
  void aDifferentDeviceIsFound(int samples, double rho) {
    SyntheticDevice usual = SyntheticDevice.usual(samples);
    SyntheticDevice odd =
        usual.withShares(0.2, 0.2, 0.2, 0, 0.2, 0.2, 0, 0, 0, 0).withShift(1.5).withAccuracy(0.15);
    List<SyntheticDevice> devices = new ArrayList<>(Collections.nCopies(11, usual));
    devices.add(odd);
    Findings findings =
        FleetComparison.compare(SyntheticDevice.fleet(devices, rho, new Seed(3)), ERROR_RATE);
    Set<DeviceId> found =
        findings.outliers().stream().map(Outlier::device).collect(Collectors.toSet());
    assertEquals(Set.of(new DeviceId("device-011")), found);
    assertEquals(
        Set.of(Component.values()),
        findings.outliers().stream().map(Outlier::component).collect(Collectors.toSet()));
    assertEquals(2, findings.groups().size());
    assertEquals(11, findings.groups().getFirst().size());
  }

  @Test
  void saysWhatADeviceLacks() {
    SyntheticDevice usual = SyntheticDevice.usual(400);
    List<SyntheticDevice> devices = new ArrayList<>(Collections.nCopies(9, usual));
    devices.add(usual.withShares(0.1, 0.1, 0.1, 0, 0.1, 0.1, 0.1, 0, 0.1, 0.3));
    Findings findings =
        FleetComparison.compare(
            SyntheticDevice.fleet(devices, Double.POSITIVE_INFINITY, new Seed(11)), ERROR_RATE);
    assertEquals(1, findings.outliers().size());
    Outlier outlier = findings.outliers().getFirst();
    assertEquals(Component.LABELS, outlier.component());
    assertTrue(outlier.detail().startsWith("lacks labels 3, 7"), outlier.detail());
    assertTrue(outlier.detail().contains("has more of label 9 (0.3"), outlier.detail());
    assertEquals(0.2, outlier.distance(), 0.07);
    assertTrue(outlier.pValue() <= ERROR_RATE);
  }

  @Test
  void tellsClustersApart() {
    List<SyntheticDevice> devices = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      devices.add(SyntheticDevice.usual(200).withShift(i % 2 == 0 ? 0 : 1.2));
    }
    Findings findings =
        FleetComparison.compare(SyntheticDevice.fleet(devices, 2, new Seed(4)), ERROR_RATE);
    assertEquals(2, findings.groups().size());
    for (List<DeviceId> group : findings.groups()) {
      long kinds =
          group.stream().map(id -> Integer.parseInt(id.name().substring(7)) % 2).distinct().count();
      assertEquals(1, kinds);
    }
  }

  @Test
  void theOrderOfProfilesDoesNotMatter() {
    List<SyntheticDevice> devices = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      devices.add(SyntheticDevice.usual(100).withShift(i % 3));
    }
    List<Profile> profiles = SyntheticDevice.fleet(devices, 1, new Seed(8));
    assertEquals(
        FleetComparison.compare(profiles, ERROR_RATE),
        FleetComparison.compare(profiles.reversed(), ERROR_RATE));
  }

  @Test
  void smallFleetsHaveNothingToCompare() {
    assertTrue(FleetComparison.compare(List.of(), ERROR_RATE).groups().isEmpty());
    List<Profile> one = SyntheticDevice.fleet(List.of(SyntheticDevice.usual(20)), 1, new Seed(1));
    Findings findings = FleetComparison.compare(one, ERROR_RATE);
    assertEquals(List.of(List.of(new DeviceId("device-000"))), findings.groups());
    assertEquals(0, findings.tests());
    List<Profile> twice = List.of(one.getFirst(), one.getFirst());
    assertThrows(IllegalArgumentException.class, () -> FleetComparison.compare(twice, ERROR_RATE));
    assertThrows(IllegalArgumentException.class, () -> FleetComparison.compare(one, 0));
    assertFalse(findings.groups().isEmpty());
  }
}
