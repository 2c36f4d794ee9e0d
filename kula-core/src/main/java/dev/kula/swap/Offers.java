package dev.kula.swap;

/**
 * The sources that each receiver may bid for: a dozen or two each, the best first. A receiver's are
 * written by one thread at a time, and not read by another meanwhile.
 */
final class Offers {
  private final int most;
  private final int[] counts;
  private final int[] sources;
  private final float[] values;

  /**
   * Nobody is offered anything.
   *
   * @param most sources of a receiver that are kept
   */
  Offers(int receivers, int most) {
    this.most = most;
    this.counts = new int[receivers];
    this.sources = new int[Math.multiplyExact(receivers, most)];
    this.values = new float[sources.length];
  }

  int receivers() {
    return counts.length;
  }

  /** How many a receiver has. */
  int count(int receiver) {
    return counts[receiver];
  }

  /** The {@code i}-th source of a receiver. */
  int source(int receiver, int i) {
    return sources[receiver * most + i];
  }

  /** What that source is worth to it, above 0. */
  float value(int receiver, int i) {
    return values[receiver * most + i];
  }

  /** Takes all offers of a receiver back. */
  void clear(int receiver) {
    counts[receiver] = 0;
  }

  /** What a source must be worth more than to be kept. */
  float least(int receiver) {
    return counts[receiver] < most ? 0 : values[receiver * most + most - 1];
  }

  /** Offers a source that it does not have yet; the worst one goes if they are too many. */
  void add(int receiver, int source, float value) {
    if (value <= least(receiver)) {
      return;
    }
    int first = receiver * most;
    int at = first + (counts[receiver] < most ? counts[receiver]++ : most - 1);
    while (at > first && values[at - 1] < value) {
      values[at] = values[at - 1];
      sources[at] = sources[at - 1];
      at--;
    }
    values[at] = value;
    sources[at] = source;
  }

  /** Whether a receiver has that source. */
  boolean has(int receiver, int source) {
    int first = receiver * most;
    for (int i = first; i < first + counts[receiver]; i++) {
      if (sources[i] == source) {
        return true;
      }
    }
    return false;
  }
}
