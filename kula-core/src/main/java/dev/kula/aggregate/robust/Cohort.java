package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import dev.kula.aggregate.Update;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The updates of one round, in the order of their contents: by the first parameter in which two
 * differ, then by weight. Two cohorts of the same updates are the same, in whatever order the
 * updates came, and so is all that is worked out from them.
 *
 * <p>Updates are not copied, because they are as large as the model: nobody writes to them while
 * the cohort is used. Immutable otherwise, and thread safe.
 */
public final class Cohort {
  private final float[][] deltas;
  private final double[] weights;
  private final float @Nullable [] root;

  private Cohort(float[][] deltas, double[] weights, float @Nullable [] root) {
    this.deltas = deltas;
    this.weights = weights;
    this.root = root;
  }

  /**
   * A cohort without a root.
   *
   * @param deltas one or more updates of the same size, all numbers finite
   * @param weights one for each, positive and finite
   * @throws KulaException blaming the user for a number that is not finite; {@link #isFinite} tells
   *     which updates to leave out beforehand
   */
  public static Cohort of(List<float[]> deltas, double[] weights) {
    if (deltas.isEmpty() || deltas.size() != weights.length) {
      throw new IllegalArgumentException(
          "a cohort has %d updates and %d weights, must have one or more and as many"
              .formatted(deltas.size(), weights.length));
    }
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      float[] delta = deltas.get(i);
      requireSize(deltas.getFirst().length, delta.length);
      requireFinite("update " + i, delta);
      if (!(weights[i] > 0) || Double.isInfinite(weights[i])) {
        throw new IllegalArgumentException(
            "weight %d is %s, must be positive and finite".formatted(i, weights[i]));
      }
      members.add(new Member(delta, weights[i]));
    }
    Collections.sort(members);
    return new Cohort(
        members.stream().map(Member::delta).toArray(float[][]::new),
        members.stream().mapToDouble(Member::weight).toArray(),
        null);
  }

  /** A cohort of updates as devices return them, without a root. */
  public static Cohort of(List<Update> updates) {
    return of(
        updates.stream().map(Update::delta).toList(),
        updates.stream().mapToDouble(Update::weight).toArray());
  }

  /**
   * This cohort with the update that the server itself made from data it trusts.
   *
   * @param trusted of the updates' size, all numbers finite; kept
   */
  public Cohort withRoot(float[] trusted) {
    requireSize(parameters(), trusted.length);
    requireFinite("the root update", trusted);
    return new Cohort(deltas, weights, trusted);
  }

  /** Whether every number is finite: an update of which this is false is left out of a cohort. */
  public static boolean isFinite(float[] delta) {
    return unbounded(delta) < 0;
  }

  /** n, the number of updates. */
  public int size() {
    return deltas.length;
  }

  /** Numbers in an update. */
  public int parameters() {
    return deltas[0].length;
  }

  /** The server's own update, if there is one; not to be written to. */
  public Optional<float[]> root() {
    return Optional.ofNullable(root);
  }

  /** In the cohort's order; neither the rows nor the array are to be written to. */
  float[][] deltas() {
    return deltas;
  }

  /** In the cohort's order; not to be written to. */
  double[] weights() {
    return weights;
  }

  private static void requireSize(int expected, int actual) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          "an update has %d parameters, must have %d as the first of its cohort"
              .formatted(actual, expected));
    }
  }

  private static void requireFinite(String what, float[] delta) {
    int at = unbounded(delta);
    if (at >= 0) {
      throw KulaException.user(
          "%s has %s at parameter %d, must be finite; leave it out, or lower the learning rate"
              .formatted(what, delta[at], at));
    }
  }

  /** The first parameter that is not finite; -1 for none. */
  private static int unbounded(float[] delta) {
    for (int i = 0; i < delta.length; i++) {
      if (!Float.isFinite(delta[i])) {
        return i;
      }
    }
    return -1;
  }

  private record Member(float[] delta, double weight) implements Comparable<Member> {
    @Override
    public int compareTo(Member other) {
      int byContent = Arrays.compare(delta, other.delta);
      return byContent != 0 ? byContent : Double.compare(weight, other.weight);
    }
  }
}
