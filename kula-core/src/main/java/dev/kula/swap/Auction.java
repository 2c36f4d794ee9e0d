package dev.kula.swap;

import java.util.Arrays;

/**
 * Gives every receiver at most one source and every source at most as many receivers as it has room
 * for, so that the sum of values is near the largest that the pairs offered allow (Bertsekas 1988,
 * <i>The auction algorithm</i>). A receiver without a source bids for the one whose value most
 * exceeds its price, as much as makes the second best equally good and 3 % of the value more; a
 * source that is full keeps its highest bids, and its price is the lowest of them. So nobody misses
 * more than 3 % of its value, and the sum is at least 97 % of the optimum, mostly more, unless the
 * bids come to an end: at most {@value #BIDS} a receiver on the average.
 *
 * <p>One thread; deterministic.
 */
final class Auction {
  /**
   * What a bid is above what is needed, as a part of the value. A third of it takes twice the bids.
   */
  private static final double INCREMENT = 0.03;

  /** Bids a receiver, on the average, after which who has no source stays without. */
  static final int BIDS = 64;

  private static final int NOBODY = -1;

  private final Offers offers;
  private final int[] first;
  private final double[] bids;
  private final int[] holders;
  private final double[] prices;
  private final int[] assigned;
  private long made;

  /**
   * An auction of free places.
   *
   * @param offers who may bid for what; they may change while no bids are made
   * @param rooms of each source, 0 or more
   */
  Auction(Offers offers, int[] rooms) {
    this.offers = offers;
    first = new int[rooms.length + 1];
    for (int source = 0; source < rooms.length; source++) {
      first[source + 1] = Math.addExact(first[source], rooms[source]);
    }
    bids = new double[first[rooms.length]];
    holders = new int[bids.length];
    Arrays.fill(holders, NOBODY);
    prices = new double[rooms.length];
    for (int source = 0; source < rooms.length; source++) {
      prices[source] = rooms[source] == 0 ? Double.POSITIVE_INFINITY : 0;
    }
    assigned = new int[offers.receivers()];
    Arrays.fill(assigned, NOBODY);
  }

  /** Lets all who have no source bid, and those who lose theirs by that. */
  void hold() {
    int receivers = assigned.length;
    int[] waiting = new int[receivers];
    int waits = 0;
    for (int receiver = 0; receiver < receivers; receiver++) {
      if (assigned[receiver] == NOBODY && offers.count(receiver) > 0) {
        waiting[waits++] = receiver;
      }
    }
    long most = made + (long) BIDS * waits;
    int head = 0;
    while (waits > 0 && made < most) {
      int receiver = waiting[head];
      head = head + 1 == receivers ? 0 : head + 1;
      waits--;
      int lost = bid(receiver);
      if (lost != NOBODY) {
        waiting[(int) (((long) head + waits) % receivers)] = lost;
        waits++;
      }
    }
  }

  /** The source of each receiver, −1 for none; not to be written to. */
  int[] assigned() {
    return assigned;
  }

  /** How many bids there were. */
  long bids() {
    return made;
  }

  /** Who lost its place by the receiver's bid, −1 for nobody. */
  private int bid(int receiver) {
    made++;
    int best = NOBODY;
    double gain = 0;
    double second = 0;
    for (int i = 0; i < offers.count(receiver); i++) {
      double net = offers.value(receiver, i) - prices[offers.source(receiver, i)];
      if (net > gain) {
        second = gain;
        gain = net;
        best = i;
      } else if (net > second) {
        second = net;
      }
    }
    if (best == NOBODY) {
      return NOBODY;
    }
    int source = offers.source(receiver, best);
    int place = lowest(source);
    int lost = holders[place];
    holders[place] = receiver;
    bids[place] = prices[source] + gain - second + INCREMENT * offers.value(receiver, best);
    assigned[receiver] = source;
    int next = lowest(source);
    prices[source] = holders[next] == NOBODY ? 0 : bids[next];
    if (lost != NOBODY) {
      assigned[lost] = NOBODY;
    }
    return lost;
  }

  /** A free place, or the one of the lowest bid. */
  private int lowest(int source) {
    int lowest = first[source];
    for (int place = lowest; place < first[source + 1]; place++) {
      if (holders[place] == NOBODY) {
        return place;
      }
      if (bids[place] < bids[lowest]) {
        lowest = place;
      }
    }
    return lowest;
  }
}
