package dev.kula.swap;

import dev.kula.monitor.FeatureBlock;
import java.util.Arrays;

/**
 * Sources: what each is worth to a receiver, for all of them at once, in columns and to single
 * precision. Not thread safe.
 */
final class Vicinity {
  private final Traders traders;

  /** By label: what each source holds, times what it is worth to all alike. */
  private final float[][] held;

  private final FeatureBlock features;
  private final float[] distances;
  private final float[] scores;
  private final float[] folded;

  /**
   * Reads what is known of sources.
   *
   * @param sources their numbers
   */
  Vicinity(Traders traders, int[] sources) {
    this.traders = traders;
    held = new float[traders.labels()][sources.length];
    for (int i = 0; i < sources.length; i++) {
      double worth = traders.worth(sources[i]);
      for (int label = 0; label < held.length; label++) {
        held[label][i] = (float) (worth * traders.held(sources[i], label));
      }
    }
    features = traders.portraits().block(sources);
    distances = new float[sources.length];
    scores = new float[sources.length];
    folded = new float[sources.length];
  }

  /**
   * {@link Traders#score} of a receiver and all sources.
   *
   * @return one a source; good until the next call
   */
  float[] scores(int receiver) {
    Arrays.fill(scores, 0);
    for (int label = 0; label < held.length; label++) {
      float deficit = (float) traders.deficit(receiver, label);
      if (deficit > 0) {
        addProducts(held[label], deficit, scores);
      }
    }
    features.distances(receiver, distances);
    timesCloseness(distances, scores);
    return scores;
  }

  /**
   * A score that as many of the sources reach, if they are twice as many; else 0. Of the last
   * receiver. Folding the scores keeps the higher ones of pairs, so what is left are scores of
   * different sources.
   */
  float reachedBy(int sources) {
    int length = scores.length;
    System.arraycopy(scores, 0, folded, 0, length);
    while (length >= 4 * sources) {
      length /= 2;
      keepHigher(folded, length);
    }
    Arrays.sort(folded, 0, length);
    return length < 2 * sources ? 0 : folded[length - sources];
  }

  private static void keepHigher(float[] numbers, int half) {
    for (int i = 0; i < half; i++) {
      numbers[i] = Math.max(numbers[i], numbers[i + half]);
    }
  }

  private static void addProducts(float[] column, float by, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += by * column[i];
    }
  }

  /** Times exp(−2 D), which is the eighth power of exp(−D/4): of that five terms do. */
  private static void timesCloseness(float[] distances, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float x = -0.25f * distances[i];
      float power = 1 + x * (1 + x * (1 / 2f + x * (1 / 6f + x * (1 / 24f + x * (1 / 120f)))));
      float square = power * power;
      float fourth = square * square;
      to[i] *= fourth * fourth;
    }
  }
}
