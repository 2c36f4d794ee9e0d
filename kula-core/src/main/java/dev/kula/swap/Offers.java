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

  /**
   * Offers a source, unless it has it; the worst one goes if they are too many.
   *
   * @param value the same one each time that the pair comes up
   */
  void add(int receiver, int source, float value) {
    if (value <= least(receiver)) {
      return;
    }
    int first = receiver * most;
    int at = first + counts[receiver];
    while (at > first && values[at - 1] < value) {
      at--;
    }
    for (int same = at - 1; same >= first && values[same] == value; same--) {
      if (sources[same] == source) {
        return;
      }
    }
    if (counts[receiver] < most) {
      counts[receiver]++;
    }
    for (int to = first + counts[receiver] - 1; to > at; to--) {
      values[to] = values[to - 1];
      sources[to] = sources[to - 1];
    }
    values[at] = value;
    sources[at] = source;
  }
}
