package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

final class SimilarityTest {
  private static final double NO_NOISE = Double.POSITIVE_INFINITY;

  @Property
  void weighsItsComponents(
      @ForAll @DoubleRange(max = 1) double labels,
      @ForAll @DoubleRange(max = 1) double features,
      @ForAll @DoubleRange(max = 1) double metrics) {
    assertEquals(
        1 - (0.4 * labels + 0.4 * features + 0.2 * metrics),
        new Similarity(labels, features, metrics).value(),
        1e-12);
  }

  @Test
  void labelSkewAloneIsNoFeatureDifference() {
    SyntheticDevice usual = SyntheticDevice.usual(600);
    List<Profile> fleet =
        SyntheticDevice.fleet(
            List.of(
                usual.withShares(0.6, 0.2, 0.1, 0.05, 0.05),
                usual.withShares(0.05, 0.05, 0.1, 0.2, 0.6),
                usual.withShares(0.2, 0.2, 0.2, 0.2, 0.2)),
            NO_NOISE,
            new Seed(1));
    Similarity skewed = between(fleet, 0, 1);
    assertTrue(skewed.featureDistance() < 0.15, skewed::toString);
    assertTrue(skewed.labelDistance() > 0.4, skewed::toString);
    // What a comparison of plain means would have said:
    double plain = 0;
    for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
      double difference = fleet.get(0).meanSketch()[d] - fleet.get(1).meanSketch()[d];
      plain += difference * difference;
    }
    assertTrue(Math.sqrt(plain) / 0.5 > 0.5, "the test must be able to fail");
  }

  @Test
  void differentInputsAreFar() {
    SyntheticDevice usual = SyntheticDevice.usual(600);
    List<Profile> fleet =
        SyntheticDevice.fleet(List.of(usual, usual, usual.withShift(1.5)), NO_NOISE, new Seed(2));
    assertTrue(between(fleet, 0, 1).featureDistance() < 0.15);
    assertTrue(between(fleet, 0, 2).featureDistance() > 0.9);
    assertTrue(between(fleet, 0, 1).value() > between(fleet, 0, 2).value() + 0.25);
  }

  @Test
  void devicesWithoutACommonLabelAreComparedByWhatIsCommonToAllLabels() {
    SyntheticDevice usual = SyntheticDevice.usual(400);
    List<SyntheticDevice> devices =
        new ArrayList<>(
            List.of(
                usual.withShares(0.5, 0.5, 0, 0, 0, 0), usual.withShares(0, 0, 0.5, 0.5, 0, 0)));
    devices.addAll(Collections.nCopies(8, usual.withShares(0.2, 0.2, 0.2, 0.2, 0.1, 0.1)));
    List<Profile> fleet = SyntheticDevice.fleet(devices, NO_NOISE, new Seed(3));
    assertTrue(between(fleet, 0, 1).featureDistance() < 0.25);
    assertTrue(between(fleet, 0, 1).labelDistance() > 0.99);
  }

  @Test
  void whereNoiseDrownsTheProfilesTheAnswerIsCautious() {
    SyntheticDevice usual = SyntheticDevice.usual(20);
    double same = 0;
    double different = 0;
    for (int i = 0; i < 50; i++) {
      List<Profile> fleet =
          SyntheticDevice.fleet(
              List.of(usual, usual, usual.withShift(1.5)), 0.005, new Seed(4).derive(i));
      same += between(fleet, 0, 1).featureDistance() / 50;
      different += between(fleet, 0, 2).featureDistance() / 50;
    }
    assertEquals(0.5, same, 0.05);
    assertEquals(0.5, different, 0.05);
  }

  @Test
  void separatesClustersBetterWithLessNoise() {
    double weak = separation(45, 0.2);
    double strong = separation(45, 2);
    double exact = separation(45, NO_NOISE);
    assertTrue(weak > 0.5, () -> "AUC at rho 0.2 is " + weak);
    assertTrue(strong > weak, () -> "AUC at rho 2 is " + strong);
    assertTrue(exact > 0.95, () -> "AUC without noise is " + exact);
  }

  /** Probability that a pair of different clusters is farther apart than one of the same. */
  private static double separation(int samples, double rho) {
    List<SyntheticDevice> devices = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      devices.add(SyntheticDevice.usual(samples).withShift(i % 2 == 0 ? 0 : 1));
    }
    List<Profile> fleet = SyntheticDevice.fleet(devices, rho, new Seed(6));
    FleetStatistics statistics = FleetStatistics.of(fleet);
    List<Double> same = new ArrayList<>();
    List<Double> different = new ArrayList<>();
    for (int i = 0; i < fleet.size(); i++) {
      for (int j = 0; j < i; j++) {
        double distance =
            Similarity.between(fleet.get(i), fleet.get(j), statistics).featureDistance();
        ((i - j) % 2 == 0 ? same : different).add(distance);
      }
    }
    double wins = 0;
    for (double far : different) {
      for (double near : same) {
        wins += far > near ? 1 : far == near ? 0.5 : 0;
      }
    }
    return wins / ((double) same.size() * different.size());
  }

  @Test
  void isSymmetricAndSeesMetrics() {
    SyntheticDevice usual = SyntheticDevice.usual(200);
    List<Profile> fleet =
        SyntheticDevice.fleet(
            List.of(usual, usual, usual, usual.withAccuracy(0.2)), 1, new Seed(5));
    assertEquals(between(fleet, 0, 3), between(fleet, 3, 0));
    assertTrue(between(fleet, 0, 3).metricDistance() > between(fleet, 0, 1).metricDistance() + 0.3);
    assertEquals(0, between(fleet, 1, 1).metricDistance());
  }

  @Test
  void metricsThatAreAllNoiseMakeNoDifference() {
    List<Profile> fleet =
        SyntheticDevice.fleet(
            Collections.nCopies(10, SyntheticDevice.usual(20)), 0.001, new Seed(6));
    double largest = 0;
    for (int j = 1; j < fleet.size(); j++) {
      largest = Math.max(largest, between(fleet, 0, j).metricDistance());
    }
    assertTrue(largest < 0.2, "metric distance " + largest);
  }

  @Test
  void refusesProfilesThatCannotBeCompared() {
    Profile ten = SyntheticDevice.usual(5).profile("a", 1, new Seed(1));
    Profile two = SyntheticDevice.usual(5).withShares(0.5, 0.5).profile("b", 1, new Seed(1));
    assertThrows(IllegalArgumentException.class, () -> FleetStatistics.of(List.of(ten, two)));
    assertThrows(IllegalArgumentException.class, () -> FleetStatistics.of(List.of()));
    FleetStatistics fleet = FleetStatistics.of(List.of(ten));
    assertThrows(IllegalArgumentException.class, () -> Similarity.between(ten, two, fleet));
    assertThrows(IllegalArgumentException.class, () -> new Similarity(1.1, 0, 0));
  }

  private static Similarity between(List<Profile> fleet, int a, int b) {
    return Similarity.between(fleet.get(a), fleet.get(b), FleetStatistics.of(fleet));
  }
}
