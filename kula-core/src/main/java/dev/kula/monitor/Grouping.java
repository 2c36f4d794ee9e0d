package dev.kula.monitor;

import dev.kula.Seed;
import dev.kula.monitor.Affinity.Edge;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Devices in groups. Immutable by contract and thread safe.
 *
 * @param of the group of each device, from 0; no group is empty
 * @param count how many groups there are
 */
public record Grouping(int[] of, int count) {
  private static final int STARTS = 30;
  private static final int SWEEPS = 50;

  /** One more trial, of no affinity, that every mean counts: few trials say little. */
  private static final double SHRINKAGE = 1;

  /** All in one. */
  public static Grouping one(int devices) {
    return new Grouping(new int[devices], 1);
  }

  /**
   * At most {@code count} groups in which devices serve each other. Each device in turn goes to the
   * group to which its mean affinity is largest, until none wants to leave; the best of several
   * random starts, by the sum of these means.
   */
  public static Grouping of(Affinity affinity, int count, Seed seed) {
    int[] best = {};
    double bestFit = Double.NEGATIVE_INFINITY;
    for (int start = 0; start < STARTS; start++) {
      RandomGenerator random = seed.derive(start).generator();
      int[] groups = new int[affinity.size()];
      Arrays.setAll(groups, i -> random.nextInt(count));
      settle(affinity, groups, count, random);
      double fit = 0;
      for (int i = 0; i < groups.length; i++) {
        fit += means(affinity, groups, i, count)[groups[i]];
      }
      if (fit > bestFit) {
        bestFit = fit;
        best = groups;
      }
    }
    return numbered(best, count);
  }

  private static void settle(Affinity affinity, int[] groups, int count, RandomGenerator random) {
    int[] order = new int[groups.length];
    Arrays.setAll(order, i -> i);
    boolean moved = true;
    for (int sweep = 0; sweep < SWEEPS && moved; sweep++) {
      moved = false;
      for (int i = order.length - 1; i >= 0; i--) {
        int at = random.nextInt(i + 1);
        int device = order[at];
        order[at] = order[i];
        order[i] = device;
        double[] means = means(affinity, groups, device, count);
        int to = groups[device];
        for (int group = 0; group < count; group++) {
          to = means[group] > means[to] ? group : to;
        }
        moved |= to != groups[device];
        groups[device] = to;
      }
    }
  }

  /** Mean affinity of a device to each group. */
  private static double[] means(Affinity affinity, int[] groups, int device, int count) {
    double[] sums = new double[count];
    double[] trials = new double[count];
    for (Edge edge : affinity.of(device)) {
      sums[groups[edge.other()]] += edge.value();
      trials[groups[edge.other()]]++;
    }
    for (int group = 0; group < count; group++) {
      sums[group] /= trials[group] + SHRINKAGE;
    }
    return sums;
  }

  /** Groups that are not empty, in the order of their first devices. */
  private static Grouping numbered(int[] groups, int count) {
    int[] number = new int[count];
    Arrays.fill(number, -1);
    int next = 0;
    int[] of = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      if (number[groups[i]] < 0) {
        number[groups[i]] = next++;
      }
      of[i] = number[groups[i]];
    }
    return new Grouping(of, next);
  }
}
