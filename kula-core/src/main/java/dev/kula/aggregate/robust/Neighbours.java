package dev.kula.aggregate.robust;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Who is how close to whom, and Krum's choices by it. Rows are in the order of a {@link Cohort}, so
 * that ties go to the row of the smaller content.
 */
final class Neighbours {
  private final double[][] distances;

  /** Of every row, all others from near to far. */
  private final int[][] nearest;

  private Neighbours(double[][] distances) {
    this.distances = distances;
    this.nearest = new int[distances.length][];
    for (int i = 0; i < distances.length; i++) {
      int self = i;
      double[] row = distances[i];
      nearest[i] =
          IntStream.range(0, distances.length)
              .filter(j -> j != self)
              .boxed()
              .sorted(Comparator.comparingDouble(j -> row[j]))
              .mapToInt(j -> j)
              .toArray();
    }
  }

  static Neighbours of(float[][] rows) {
    return new Neighbours(Distances.squared(rows));
  }

  /** The {@code count} rows with the least scores, best first. */
  int[] closest(int attackers, int count) {
    boolean[] all = new boolean[distances.length];
    Arrays.fill(all, true);
    double[] scores = new double[distances.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(i, all, distances.length - attackers - 2);
    }
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> scores[i]))
        .limit(count)
        .mapToInt(i -> i)
        .toArray();
  }

  /** Takes the row with the least score among those that are left, {@code count} times. */
  int[] chooseInTurn(int attackers, int count) {
    boolean[] left = new boolean[distances.length];
    Arrays.fill(left, true);
    int[] chosen = new int[count];
    for (int turn = 0; turn < count; turn++) {
      int remaining = distances.length - turn;
      int counted = Math.min(remaining - 1, Math.max(1, remaining - attackers - 2));
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < left.length; i++) {
        if (left[i]) {
          double score = score(i, left, counted);
          if (best < 0 || score < least) {
            best = i;
            least = score;
          }
        }
      }
      left[best] = false;
      chosen[turn] = best;
    }
    return chosen;
  }

  /** The sum of distances to the {@code counted} nearest neighbours that are left, near to far. */
  private double score(int row, boolean[] left, int counted) {
    double score = 0;
    int open = counted;
    for (int k = 0; open > 0; k++) {
      int neighbour = nearest[row][k];
      if (left[neighbour]) {
        score += distances[row][neighbour];
        open--;
      }
    }
    return score;
  }
}
