package dev.kula.swap;

import java.util.Arrays;

/**
 * Who else wants the sources that a receiver wants most: those who lack the same and are as far
 * from it, so what they are offered suits the receiver as well. As the offers were when it was
 * made; so the order in which receivers then ask for more does not matter. Immutable and thread
 * safe.
 */
final class Rivals {
  /** Offers of a receiver, the best ones, that make it a rival of others with the same. */
  private static final int WANTED = 4;

  /** Rivals for a source that a receiver is told of, and of how many of their offers. */
  private static final int TOLD = 4;

  private static final int OFFERS_TOLD = 8;

  private final Offers offers;

  /** Where the receivers that want a source begin. */
  private final int[] starts;

  private final int[] wanting;

  /** Looks at all offers. */
  Rivals(Offers present) {
    offers = present.copy();
    int receivers = offers.receivers();
    starts = new int[receivers + 1];
    for (int receiver = 0; receiver < receivers; receiver++) {
      for (int i = 0; i < wanted(receiver); i++) {
        starts[offers.source(receiver, i) + 1]++;
      }
    }
    for (int source = 0; source < receivers; source++) {
      starts[source + 1] += starts[source];
    }
    wanting = new int[starts[receivers]];
    int[] ends = Arrays.copyOf(starts, receivers);
    for (int receiver = 0; receiver < receivers; receiver++) {
      for (int i = 0; i < wanted(receiver); i++) {
        wanting[ends[offers.source(receiver, i)]++] = receiver;
      }
    }
  }

  private int wanted(int receiver) {
    return Math.min(WANTED, offers.count(receiver));
  }

  /** Takes a receiver and a source. */
  interface Hint {
    /** The receiver may want the source. */
    void of(int receiver, int source);
  }

  /**
   * Tells a receiver what its rivals are offered, some of it more than once.
   *
   * @param left receivers that each source may still serve; it is not told of those without room
   */
  void tell(int receiver, int[] left, Hint hint) {
    for (int i = 0; i < wanted(receiver); i++) {
      int source = offers.source(receiver, i);
      int from = starts[source];
      int rivals = starts[source + 1] - from;
      // From another rival on for each receiver; they are in the order of their numbers.
      int own = Arrays.binarySearch(wanting, from, from + rivals, receiver) - from;
      for (int k = 1; k <= Math.min(TOLD, rivals - 1); k++) {
        int rival = wanting[from + (own + k) % rivals];
        for (int j = 0; j < Math.min(OFFERS_TOLD, offers.count(rival)); j++) {
          int offered = offers.source(rival, j);
          if (left[offered] > 0) {
            hint.of(receiver, offered);
          }
        }
      }
    }
  }
}
