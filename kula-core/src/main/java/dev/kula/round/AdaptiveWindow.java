package dev.kula.round;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A window over values in [0, 1] that grows while they keep their mean and is cut where they do not
 * (ADWIN: Bifet and Gavaldà 2007, <i>Learning from time-changing data with adaptive windowing</i>).
 *
 * <p>Wherever the window may be parted in two, the means of the parts are compared. They differ if
 * they are further apart than ε = √(2/m · σ² · ln(2/δ′)) + 2/(3m) · ln(2/δ′), with 1/m = 1/n₀ +
 * 1/n₁ and δ′ = δ / ln n (section 3.1). Values come as means of several, of which the variance
 * within is not known: σ² is μ(1 − μ), which it cannot exceed. As many parts are kept as there were
 * means, for there are few, so that every cut is tried, without the paper's buckets. Where several
 * cuts hold, the one that exceeds its ε by most says when the change began, and all before it is
 * forgotten at once; the paper drops the oldest values one by one, and so may find the same change
 * again.
 *
 * <p>Not thread safe.
 */
final class AdaptiveWindow {
  /** The paper's δ: how readily means count as different. */
  static final double DELTA = 0.002;

  private List<Part> parts;

  /**
   * Values that came together.
   *
   * @param round in which they came
   * @param mean in [0, 1]
   * @param values how many there are, at least 1
   */
  record Part(int round, double mean, int values) {
    Part {
      if (!(mean >= 0 && mean <= 1) || values < 1) {
        throw new IllegalArgumentException(
            "a mean of %s over %d values, must be in [0, 1] over at least 1"
                .formatted(mean, values));
      }
    }
  }

  /**
   * A change of the mean.
   *
   * @param since first round of the new mean
   * @param before mean of the window up to there
   * @param after mean from there on
   */
  record Change(int since, double before, double after) {}

  /** A window that holds these parts, in the order of their rounds. */
  AdaptiveWindow(List<Part> parts) {
    this.parts = new ArrayList<>(parts);
  }

  /** Takes in values; empty if the mean has not changed, else where, and it is forgotten. */
  Optional<Change> add(Part part) {
    parts.add(part);
    Optional<Change> latest = Optional.empty();
    for (Optional<Change> found = cut(); found.isPresent(); found = cut()) {
      latest = found;
    }
    return latest;
  }

  /** What the window holds. */
  List<Part> parts() {
    return List.copyOf(parts);
  }

  private Optional<Change> cut() {
    long all = 0;
    double sum = 0;
    for (Part part : parts) {
      all += part.values();
      sum += part.mean() * part.values();
    }
    double variance = sum / all * (1 - sum / all);
    // δ′ must not exceed δ while there are few.
    double log = Math.log(2 * Math.max(1, Math.log((double) all)) / DELTA);
    double most = 1;
    int at = 0;
    long before = 0;
    double sumBefore = 0;
    Change change = new Change(0, 0, 0);
    for (int i = 1; i < parts.size(); i++) {
      before += parts.get(i - 1).values();
      sumBefore += parts.get(i - 1).mean() * parts.get(i - 1).values();
      double early = sumBefore / before;
      double late = (sum - sumBefore) / (all - before);
      double weight = 1.0 / before + 1.0 / (all - before);
      double bound = Math.sqrt(2 * weight * variance * log) + 2.0 / 3 * weight * log;
      double excess = Math.abs(late - early) / bound;
      if (excess > most) {
        most = excess;
        at = i;
        change = new Change(parts.get(i).round(), early, late);
      }
    }
    if (at == 0) {
      return Optional.empty();
    }
    parts = new ArrayList<>(parts.subList(at, parts.size()));
    return Optional.of(change);
  }
}
