package dev.kula.monitor;

import dev.kula.data.LabelSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Puts into numbers and words how a device differs from the rest of its fleet. */
final class Difference {
  /** A label is named from this many standard deviations on. */
  private static final double NOTABLE = 2.5;

  /** A label is lacking if its share is below this part of the rest's. */
  private static final double LACKING = 0.25;

  /** A label's features are named from this p-value down, not corrected. */
  private static final double NOTABLE_P_VALUE = 0.01;

  private static final int MOST_LABELS = 8;

  private final Profile profile;
  private final ClassPool device;
  private final ClassPool rest;
  private final LabelSpace labels;

  private Difference(Profile profile, ClassPool rest, LabelSpace labels) {
    this.profile = profile;
    this.device = ClassPool.of(profile);
    this.rest = rest;
    this.labels = labels;
  }

  static Difference between(Profile profile, ClassPool rest, LabelSpace labels) {
    return new Difference(profile, rest, labels);
  }

  Outlier outlier(Component component, double pValue) {
    return switch (component) {
      case LABELS -> outlier(component, labelDistance(), pValue, labelDetail());
      case FEATURES -> outlier(component, featureDistance(), pValue, featureDetail());
      case METRICS -> outlier(component, metricDistance(), pValue, metricDetail());
    };
  }

  private Outlier outlier(Component component, double distance, double pValue, String detail) {
    return new Outlier(profile.device(), component, distance, pValue, detail);
  }

  private double labelDistance() {
    double[] shares = profile.labelDistribution();
    double distance = 0;
    for (int bin = 0; bin < shares.length; bin++) {
      distance += Math.abs(shares[bin] - restShare(bin)) / 2;
    }
    return Math.min(1, distance);
  }

  private String labelDetail() {
    LabelTest test = new LabelTest(device, rest);
    List<Integer> byScore =
        IntStream.range(0, device.bins())
            .filter(bin -> Math.abs(test.score(bin)) >= NOTABLE)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer bin) -> -Math.abs(test.score(bin))))
            .limit(MOST_LABELS)
            .sorted()
            .toList();
    List<String> lacking = new ArrayList<>();
    List<String> less = new ArrayList<>();
    List<String> more = new ArrayList<>();
    for (int bin : byScore) {
      String name = labels.names().get(bin);
      String figures =
          "%s (%s against %s)".formatted(name, number(share(bin)), number(restShare(bin)));
      if (test.score(bin) > 0) {
        more.add(figures);
      } else if (share(bin) < LACKING * restShare(bin)) {
        lacking.add(name);
      } else {
        less.add(figures);
      }
    }
    List<String> parts = new ArrayList<>();
    addPart(parts, "lacks ", lacking);
    addPart(parts, "has less of ", less);
    addPart(parts, "has more of ", more);
    return parts.isEmpty()
        ? "label shares differ from the rest by %s in all".formatted(number(labelDistance()))
        : String.join("; ", parts);
  }

  private double featureDistance() {
    return FeatureDistance.classDistance(device, rest);
  }

  private String featureDetail() {
    FeatureTest test = new FeatureTest(device, rest);
    List<String> names =
        IntStream.range(0, device.bins())
            .boxed()
            .filter(bin -> test.pValue(bin) <= NOTABLE_P_VALUE)
            .sorted(Comparator.comparingDouble((Integer bin) -> test.pValue(bin)))
            .limit(MOST_LABELS)
            .sorted()
            .map(bin -> labels.names().get(bin))
            .toList();
    String distance =
        "by %s, where %s is far".formatted(number(featureDistance()), number(FeatureDistance.FAR));
    if (names.isEmpty()) {
      return "inputs look different over all labels together, %s".formatted(distance);
    }
    return "inputs of %s %s look different, %s"
        .formatted(noun(names), String.join(", ", names), distance);
  }

  private double metricDistance() {
    return Math.min(
        1,
        Math.max(
            Math.abs(profile.accuracy() - rest.accuracy()),
            Math.abs(lossPart() - rest.lossPart())));
  }

  private double lossPart() {
    return profile.loss() / ProfileRelease.LOSS_CAP;
  }

  private String metricDetail() {
    return "accuracy %s against %s, loss %s against %s"
        .formatted(
            number(profile.accuracy()),
            number(rest.accuracy()),
            number(profile.loss()),
            number(rest.lossPart() * ProfileRelease.LOSS_CAP));
  }

  private double share(int bin) {
    return Math.clamp(device.count(bin) / device.samples(), 0, 1);
  }

  private double restShare(int bin) {
    return Math.clamp(rest.count(bin) / rest.samples(), 0, 1);
  }

  private static void addPart(List<String> parts, String verb, List<String> names) {
    if (!names.isEmpty()) {
      parts.add(verb + noun(names) + " " + String.join(", ", names));
    }
  }

  private static String noun(List<String> names) {
    return names.size() == 1 ? "label" : "labels";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
