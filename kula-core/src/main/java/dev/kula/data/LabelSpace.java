package dev.kula.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The bins in which labels are counted: the classes of a classification, or quantile bins of a
 * regression's target.
 *
 * @param names one a bin, for people
 * @param edges empty for a classification; else the {@code names.size() - 1} inner edges, ascending
 */
public record LabelSpace(List<String> names, List<Float> edges) {
  public LabelSpace {
    names = List.copyOf(names);
    edges = List.copyOf(edges);
    if (!edges.isEmpty() && edges.size() != names.size() - 1) {
      throw new IllegalArgumentException(
          "%d bins need %d inner edges, not %d"
              .formatted(names.size(), names.size() - 1, edges.size()));
    }
  }

  /** One bin a class. */
  public static LabelSpace classes(List<String> names) {
    return new LabelSpace(names, List.of());
  }

  /**
   * From two to {@code bins} bins that hold equally many of {@code targets}; fewer where values
   * tie.
   *
   * @param targets of the training data, at least one, finite
   */
  public static LabelSpace quantiles(float[] targets, int bins) {
    float[] sorted = targets.clone();
    Arrays.sort(sorted);
    List<Float> edges = new ArrayList<>();
    for (int b = 1; b < bins; b++) {
      float edge = sorted[(int) ((long) b * sorted.length / bins)];
      float previous = edges.isEmpty() ? sorted[0] : edges.getLast();
      if (edge > previous) {
        edges.add(edge);
      }
    }
    if (edges.isEmpty()) {
      edges.add(aboveLeast(sorted));
    }
    List<String> names = new ArrayList<>();
    for (int b = 0; b <= edges.size(); b++) {
      if (b == 0) {
        names.add(String.format(Locale.ROOT, "< %.3g", edges.get(0)));
      } else if (b == edges.size()) {
        names.add(String.format(Locale.ROOT, "≥ %.3g", edges.get(b - 1)));
      } else {
        names.add(String.format(Locale.ROOT, "%.3g to %.3g", edges.get(b - 1), edges.get(b)));
      }
    }
    return new LabelSpace(names, edges);
  }

  /** The least value but one, where nearly all are the least; the only one, if all are the same. */
  private static float aboveLeast(float[] sorted) {
    int next = 0;
    while (next < sorted.length - 1 && sorted[next] == sorted[0]) {
      next++;
    }
    return sorted[next];
  }

  /** Number of bins. */
  public int size() {
    return names.size();
  }

  /** Whether a target is one: the number of a class, or a finite number of a regression. */
  public boolean contains(float target) {
    return edges.isEmpty()
        ? target >= 0 && target < size() && target == (int) target
        : Float.isFinite(target);
  }

  /** The bin of a target: its class number, or the quantile bin [edge, next edge). */
  public int bin(float target) {
    if (edges.isEmpty()) {
      return (int) target;
    }
    int bin = 0;
    while (bin < edges.size() && target >= edges.get(bin)) {
      bin++;
    }
    return bin;
  }
}
