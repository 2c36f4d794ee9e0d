package dev.kula.swap;

import dev.kula.Seed;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Plans by deficit for fleets of which not all pairs can be looked at. In several {@link Meetings}
 * each receiver is compared with all sources of a cell that are near it and hold what it lacks, and
 * keeps the best. An {@link Auction} assigns sources. Those who got none are offered some of those
 * that still have room, and it goes on, a few times. Each pass does so once. O(n) for a given
 * number of labels; the same plan on any number of threads.
 */
final class DeficitMarket {
  /**
   * Devices that are planned for together. Larger fleets are planned for in parts: each has enough
   * of everything, is faster to work through, and its auction has a thread of its own.
   */
  private static final int PART = 1 << 16;

  /** Sources in a cell, all of which get a look. */
  private static final int CELL = 512;

  /**
   * How often receivers meet sources: who is at the border of a cell once is inside another time.
   */
  private static final int MEETINGS = 3;

  /** And in later passes, when they lack less. */
  private static final int LATER_MEETINGS = 2;

  /** How often those who have no source look at those that have room, at most. */
  private static final int REPEATS = 4;

  /** Offers that a receiver keeps. */
  private static final int OFFERS = 12;

  private final SwapSettings settings;
  private final Traders traders;
  private final Seed seed;
  private final Offers offers;

  /** Of each source: receivers that it may still serve when a pass begins. */
  private final int[] rooms;

  /** By pass and receiver: who gives, −1 for nobody. */
  private final List<int[]> passes = new ArrayList<>();

  private DeficitMarket(SwapSettings settings, Traders traders, Seed seed) {
    this.settings = settings;
    this.traders = traders;
    this.seed = seed;
    offers = new Offers(traders.size(), OFFERS);
    rooms = new int[traders.size()];
    Arrays.fill(rooms, settings.outDegree());
  }

  /** The plan for a request. */
  static List<PlannedSwap> plan(PlanRequest request) {
    return plan(request, PART);
  }

  /** The plan for a request, in parts of that many devices at most. */
  static List<PlannedSwap> plan(PlanRequest request, int most) {
    FleetStatistics statistics = request.statistics();
    List<List<Profile>> parts = parts(request, most);
    List<List<List<PlannedSwap>>> plans =
        IntStream.range(0, parts.size())
            .parallel()
            .mapToObj(
                i -> {
                  Portraits portraits = Portraits.of(parts.get(i), statistics);
                  Traders traders = new Traders(request, parts.get(i), portraits);
                  Seed seed = request.seed().derive(i);
                  return new DeficitMarket(request.settings(), traders, seed).plan();
                })
            .toList();
    List<PlannedSwap> plan = new ArrayList<>();
    for (int pass = 0; pass < request.settings().inDegree(); pass++) {
      int now = pass;
      PlannedSwap[] orders =
          plans.stream().flatMap(one -> one.get(now).stream()).toArray(PlannedSwap[]::new);
      Arrays.parallelSort(orders, Comparator.comparingDouble(planned -> -planned.score()));
      long first = request.firstOrder() + plan.size();
      Arrays.parallelSetAll(orders, i -> orders[i].numbered(first + i));
      plan.addAll(Arrays.asList(orders));
    }
    return plan;
  }

  /** Devices in equal parts, by chance, each in the order of their names. */
  private static List<List<Profile>> parts(PlanRequest request, int most) {
    List<Profile> shuffled = new ArrayList<>(request.profiles());
    Collections.shuffle(shuffled, Random.from(request.seed().derive("parts").generator()));
    long size = shuffled.size();
    int count = (shuffled.size() + most - 1) / most;
    return IntStream.range(0, count)
        .parallel()
        .mapToObj(
            part ->
                shuffled
                    .subList((int) (size * part / count), (int) (size * (part + 1) / count))
                    .stream()
                    .sorted(Comparator.comparing(Profile::device))
                    .toList())
        .toList();
  }

  /** The orders of each pass, best first; all with one number. */
  private List<List<PlannedSwap>> plan() {
    List<List<PlannedSwap>> plan = new ArrayList<>();
    for (int pass = 0; pass < settings.inDegree(); pass++) {
      int[] sources = assign();
      if (pass == 0) {
        explore(sources);
      }
      System.arraycopy(left(sources), 0, rooms, 0, rooms.length);
      passes.add(sources);
      plan.add(orders(sources));
    }
    return plan;
  }

  private int[] left(int[] sources) {
    int[] left = rooms.clone();
    for (int source : sources) {
      if (source >= 0) {
        left[source]--;
      }
    }
    return left;
  }

  /** Offers sources, has receivers bid for them, and again those who then have none. */
  private int[] assign() {
    int[] asking = IntStream.range(0, rooms.length).filter(traders::lacks).toArray();
    Arrays.stream(asking).forEach(offers::clear); // what they lack has changed, and who has room
    Seed draws = seed.derive("meetings").derive(passes.size());
    int meetings = passes.isEmpty() ? MEETINGS : LATER_MEETINGS;
    for (int meeting = 0; meeting < meetings; meeting++) {
      meet(asking, rooms, draws.derive(meeting));
    }
    Auction auction = new Auction(offers, rooms);
    auction.hold();
    int[] sources = auction.assigned();
    int before = asking.length;
    int[] without = without(asking, sources);
    for (int i = 0; i < REPEATS && without.length < before; i++) {
      Arrays.stream(without).forEach(offers::clear); // what others paid more for
      meet(without, left(sources), draws.derive("again").derive(i));
      auction.hold();
      before = without.length;
      without = without(asking, sources);
    }
    return sources;
  }

  private static int[] without(int[] asking, int[] sources) {
    return Arrays.stream(asking).filter(receiver -> sources[receiver] < 0).toArray();
  }

  /** Offers those who have room left to those who ask. */
  private void meet(int[] asking, int[] left, Seed draw) {
    int[] sources =
        IntStream.range(0, left.length)
            .filter(source -> left[source] > 0 && traders.worth(source) > 0)
            .toArray();
    if (asking.length > 0 && sources.length > 0) {
      new Meetings(traders, sources, asking, CELL, draw).hold(this::offer);
    }
  }

  private void offer(int[] receivers, int[] sources) {
    Vicinity vicinity = new Vicinity(traders, sources);
    for (int receiver : receivers) {
      float[] scores = vicinity.scores(receiver);
      float least = offers.least(receiver);
      if (offers.count(receiver) == 0) { // itself and those of earlier passes are not open to it
        least = Math.max(0, Math.nextDown(vicinity.reachedBy(OFFERS + 1 + passes.size())));
      }
      for (int i = 0; i < scores.length; i++) {
        int source = sources[i];
        if (scores[i] > least && isOpen(receiver, source)) {
          offers.add(receiver, source, scores[i]);
          least = Math.max(least, offers.least(receiver));
        }
      }
    }
  }

  private boolean isOpen(int receiver, int source) {
    boolean open = receiver != source && traders.orderSize(receiver, source) >= 1;
    for (int pass = 0; open && pass < passes.size(); pass++) {
      open = passes.get(pass)[receiver] != source;
    }
    return open;
  }

  /** Who lacks nothing gets the most similar of its neighbours that have room. */
  private void explore(int[] sources) {
    int[] explorers = IntStream.range(0, sources.length).filter(i -> !traders.lacks(i)).toArray();
    if (explorers.length == 0) {
      return;
    }
    int[] left = left(sources);
    Neighbours neighbours = new Neighbours(traders.portraits(), seed.derive("peers"));
    Offers peers = new Offers(sources.length, OFFERS);
    Arrays.stream(explorers)
        .parallel()
        .forEach(
            i -> {
              for (int peer : neighbours.of(i)) {
                if (left[peer] > 0 && traders.orderSize(i, peer) >= 1) {
                  peers.add(i, peer, (float) (1e6 * traders.curiosity(i, peer)));
                }
              }
            });
    Auction auction = new Auction(peers, left);
    auction.hold();
    for (int i : explorers) {
      sources[i] = auction.assigned()[i];
    }
  }

  /** The orders of a pass, best first, after which their receivers lack less. */
  private List<PlannedSwap> orders(int[] sources) {
    int[] receivers = IntStream.range(0, sources.length).filter(i -> sources[i] >= 0).toArray();
    long[] keys = new long[receivers.length];
    IntStream.range(0, keys.length)
        .parallel()
        .forEach(
            i -> {
              float score = (float) traders.rank(receivers[i], sources[receivers[i]]);
              keys[i] = ((long) -Float.floatToIntBits(score) << 32) | receivers[i];
            });
    Arrays.parallelSort(keys);
    List<PlannedSwap> orders =
        IntStream.range(0, keys.length)
            .parallel()
            .mapToObj(i -> traders.order((int) keys[i], sources[(int) keys[i]], 0))
            .toList();
    for (int i = 0; i < keys.length; i++) {
      traders.meet((int) keys[i], orders.get(i));
    }
    return orders;
  }
}
