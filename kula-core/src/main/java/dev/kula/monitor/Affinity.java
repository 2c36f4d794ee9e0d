package dev.kula.monitor;

import java.util.ArrayList;
import java.util.List;

/**
 * How well what one device learnt serves another, from trials of few of all pairs. What is common
 * to a receiver (its data are easy) or to a source (its model is good) is taken off, by turns,
 * until little is left of either; what stays is what the two have in common, and counts both ways.
 * Immutable and thread safe.
 */
public final class Affinity {
  private static final int SWEEPS = 10;

  private final List<List<Edge>> edges;

  /** What is known of a device and another one. */
  record Edge(int other, double value) {}

  private Affinity(List<List<Edge>> edges) {
    this.edges = edges;
  }

  /**
   * Of gains in trials.
   *
   * @param gains of receiver i with what source j learnt, square; NaN where there was no trial
   */
  public static Affinity of(double[][] gains) {
    int size = gains.length;
    double[][] rest = new double[size][];
    for (int i = 0; i < size; i++) {
      rest[i] = gains[i].clone();
      rest[i][i] = Double.NaN;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int i = 0; i < size; i++) {
        double mean = mean(rest[i]);
        for (int j = 0; j < size; j++) {
          rest[i][j] -= mean;
        }
      }
      for (int j = 0; j < size; j++) {
        double[] column = new double[size];
        for (int i = 0; i < size; i++) {
          column[i] = rest[i][j];
        }
        double mean = mean(column);
        for (int i = 0; i < size; i++) {
          rest[i][j] -= mean;
        }
      }
    }
    List<List<Edge>> edges = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<Edge> own = new ArrayList<>();
      for (int j = 0; j < size; j++) {
        if (!Double.isNaN(rest[i][j]) || !Double.isNaN(rest[j][i])) {
          own.add(new Edge(j, mean(new double[] {rest[i][j], rest[j][i]})));
        }
      }
      edges.add(own);
    }
    return new Affinity(edges);
  }

  /** Mean of the values that are there; 0 if none is. */
  private static double mean(double[] values) {
    double sum = 0;
    int count = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        sum += value;
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  int size() {
    return edges.size();
  }

  /** What is known of a device, in the order of the others. */
  List<Edge> of(int device) {
    return edges.get(device);
  }
}
