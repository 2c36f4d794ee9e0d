package dev.kula.monitor;

import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds who differs from whom, by tests that know how much noise is in a profile and how few
 * samples behind it. The error rate is divided in two halves: one over the groups, one over the
 * outliers, so that in a fleet whose devices are all alike the probability of <em>any</em> false
 * finding is at most the rate.
 *
 * <p><b>Groups.</b> Devices are visited from the one with most samples on. Each joins the leader of
 * a group that it is most like among those from which neither labels nor features tell it apart, or
 * else leads a new group. Comparing with leaders, not with all members, keeps groups from growing
 * into chains of small differences. As the leaders depend on the data, the rate is divided over all
 * pairs that could have been tested (Bonferroni). In fleets of more than 1,024 devices no more
 * groups take members in once there are {@value #LEAST_LEADERS}, or as many as make a million
 * comparisons: who fits none of them stands alone.
 *
 * <p><b>Outliers.</b> Each device is compared with the rest of the largest group, if that holds
 * more than half of the fleet, and otherwise with the rest of the fleet; in labels, features and
 * metrics (Holm 1979). So a few odd devices do not make the others look odd, and in a fleet where
 * all differ all are outliers: read the distances.
 *
 * <p>Deterministic, whatever the order of the profiles; it works on released numbers and costs no
 * privacy. Label and feature tests approximate a tail (see the tests' classes); the rate has been
 * simulated, not proved.
 */
public final class FleetComparison {
  private static final int COMPONENTS = Component.values().length;
  private static final int PAIR_COMPONENTS = 2;

  /** Comparisons of devices with leaders, unless {@link #LEAST_LEADERS} for each are more. */
  private static final int COMPARISONS = 1 << 20;

  private static final int LEAST_LEADERS = 8;

  private FleetComparison() {}

  private record Candidate(int device, Component component, double pValue) {}

  /** As {@link #compare(List, LabelSpace, double)}, with labels named by their numbers. */
  public static Findings compare(List<Profile> profiles, double errorRate) {
    int bins = profiles.isEmpty() ? 0 : profiles.getFirst().bins();
    List<String> names = IntStream.range(0, bins).mapToObj(Integer::toString).toList();
    return compare(profiles, LabelSpace.classes(names), errorRate);
  }

  /**
   * Compares the latest profiles of a fleet.
   *
   * @param profiles at most one a device
   * @param labels names of the bins, for the details
   * @param errorRate in (0, 1), usually 0.05
   */
  public static Findings compare(List<Profile> profiles, LabelSpace labels, double errorRate) {
    if (!(errorRate > 0 && errorRate < 1)) {
      throw new IllegalArgumentException("errorRate is " + errorRate + ", must be in (0, 1)");
    }
    List<Profile> sorted = profiles.stream().sorted(Comparator.comparing(Profile::device)).toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).device().equals(sorted.get(i - 1).device())) {
        throw new IllegalArgumentException(
            "%s has two profiles, must have one".formatted(sorted.get(i).device()));
      }
    }
    if (sorted.size() < 2) {
      List<List<DeviceId>> alone =
          sorted.stream().map(profile -> List.of(profile.device())).toList();
      return new Findings(alone, List.of(), errorRate, 0);
    }
    long pairs = (long) sorted.size() * (sorted.size() - 1) / 2;
    long pairTests = PAIR_COMPONENTS * pairs;
    List<List<Profile>> groups = groups(sorted, errorRate / 2 / pairTests);
    List<Outlier> outliers = outliers(sorted, groups.getFirst(), labels, errorRate);
    return new Findings(
        groups.stream()
            .map(group -> group.stream().map(Profile::device).sorted().toList())
            .toList(),
        outliers,
        errorRate,
        Math.toIntExact(
            Math.min(Integer.MAX_VALUE, pairTests + (long) COMPONENTS * sorted.size())));
  }

  /** Largest first; the leader first in each. */
  private static List<List<Profile>> groups(List<Profile> sorted, double level) {
    List<Profile> byEvidence =
        sorted.stream().sorted(Comparator.comparingDouble(Profile::samples).reversed()).toList();
    List<List<Profile>> groups = new ArrayList<>();
    List<ClassPool> leaders = new ArrayList<>();
    int most = Math.max(LEAST_LEADERS, COMPARISONS / sorted.size());
    for (Profile profile : byEvidence) {
      ClassPool pool = ClassPool.of(profile);
      int nearest = -1;
      double best = level;
      for (int g = 0; g < leaders.size(); g++) {
        double labels = new LabelTest(pool, leaders.get(g)).pValue();
        if (labels <= best) {
          continue;
        }
        double features = new FeatureTest(pool, leaders.get(g)).pValue();
        double least = Math.min(labels, features);
        if (least > best) {
          best = least;
          nearest = g;
        }
      }
      if (nearest >= 0) {
        groups.get(nearest).add(profile);
      } else {
        groups.add(new ArrayList<>(List.of(profile)));
        if (leaders.size() < most) {
          leaders.add(pool);
        }
      }
    }
    groups.sort(Comparator.comparingInt((List<Profile> group) -> group.size()).reversed());
    return groups;
  }

  private static List<Outlier> outliers(
      List<Profile> sorted, List<Profile> largestGroup, LabelSpace labels, double errorRate) {
    boolean majority = 2 * largestGroup.size() > sorted.size() && largestGroup.size() > 1;
    List<Profile> reference = majority ? largestGroup : sorted;
    ClassPool pool = ClassPool.of(reference);
    Set<DeviceId> within = reference.stream().map(Profile::device).collect(Collectors.toSet());
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      Profile profile = sorted.get(i);
      ClassPool rest = rest(profile, pool, within);
      ClassPool device = ClassPool.of(profile);
      candidates.add(new Candidate(i, Component.LABELS, new LabelTest(device, rest).pValue()));
      candidates.add(new Candidate(i, Component.FEATURES, new FeatureTest(device, rest).pValue()));
      candidates.add(new Candidate(i, Component.METRICS, new MetricTest(device, rest).pValue()));
    }
    candidates.sort(Comparator.comparingDouble(Candidate::pValue));
    List<Outlier> outliers = new ArrayList<>();
    double corrected = 0;
    for (int rank = 0; rank < candidates.size(); rank++) {
      Candidate candidate = candidates.get(rank);
      // Holm's step-down, times 2 for the half of the rate that outliers have.
      corrected = Math.max(corrected, 2 * candidate.pValue() * (candidates.size() - rank));
      if (corrected > errorRate) {
        break;
      }
      Profile profile = sorted.get(candidate.device());
      outliers.add(
          Difference.between(profile, rest(profile, pool, within), labels)
              .outlier(candidate.component(), corrected));
    }
    outliers.sort(Comparator.comparing(Outlier::device).thenComparing(Outlier::component));
    return outliers;
  }

  /** The pool that a device is compared with: itself taken out, if it is within. */
  private static ClassPool rest(Profile profile, ClassPool pool, Set<DeviceId> within) {
    return within.contains(profile.device()) ? pool.without(profile) : pool;
  }
}
