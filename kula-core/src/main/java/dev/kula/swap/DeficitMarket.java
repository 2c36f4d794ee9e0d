package dev.kula.swap;

import dev.kula.Seed;
import dev.kula.monitor.FeatureSketch;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Plans by deficit for fleets of which not all pairs can be looked at. Each receiver is offered
 * some sources that have room: the most promising of its neighbours in features, and holders of
 * each label that it lacks, near and far; then what its {@link Rivals} are offered, twice. An
 * {@link Auction} assigns sources. Those who got none are offered some of those that still have
 * room, and it goes on. Each pass does so once. O(n log² n) for a given number of labels; the same
 * plan on any number of threads.
 */
final class DeficitMarket {
  /** Neighbours in a cell, all of which get a look. */
  private static final int CELL = 256;

  /** Ways of dividing a fleet: who is at the border of a cell in one is inside in another. */
  private static final int DIVISIONS = 2;

  /** Neighbours of each division that are compared in full. */
  private static final int SHORTLIST = 12;

  /** Holders of what is lacking, near by, over all labels. */
  private static final int HOLDERS = 8;

  /** How often receivers learn what their rivals are offered. */
  private static final int HINTS = 2;

  /** Offers that a receiver keeps. */
  private static final int OFFERS = 24;

  private final PlanRequest request;
  private final Traders traders;
  private final Cells[] divisions = new Cells[DIVISIONS];
  private final Offers offers;

  /** Of each source: receivers that it may still serve when a pass begins. */
  private final int[] rooms;

  /** By pass and receiver: who gives, −1 for nobody. */
  private final List<int[]> passes = new ArrayList<>();

  private DeficitMarket(PlanRequest request, Traders traders) {
    this.request = request;
    this.traders = traders;
    double[] points = traders.portraits().places();
    Seed seed = request.seed().derive("cells");
    Arrays.setAll(divisions, d -> cells(points, seed.derive(d)));
    offers = new Offers(traders.size(), OFFERS);
    rooms = new int[traders.size()];
    Arrays.fill(rooms, request.settings().outDegree());
  }

  private static Cells cells(double[] points, Seed seed) {
    return Cells.of(points, FeatureSketch.DIMENSIONS, CELL, seed);
  }

  /** The plan for a request. */
  static List<PlannedSwap> plan(PlanRequest request) {
    List<Profile> profiles = request.profiles();
    FleetStatistics statistics = FleetStatistics.of(profiles);
    // Who is compared with each other is near in memory: most of the time goes into fetching.
    Cells near = cells(Portraits.places(profiles, statistics), request.seed().derive("order"));
    List<Profile> arranged = Arrays.stream(near.order()).mapToObj(profiles::get).toList();
    Traders traders = new Traders(request, arranged, Portraits.of(arranged, statistics));
    return new DeficitMarket(request, traders).plan();
  }

  private List<PlannedSwap> plan() {
    List<PlannedSwap> plan = new ArrayList<>();
    for (int pass = 0; pass < request.settings().inDegree(); pass++) {
      int[] sources = assign();
      if (pass == 0) {
        explore(sources);
      }
      System.arraycopy(left(sources), 0, rooms, 0, rooms.length);
      passes.add(sources);
      plan.addAll(orders(sources, plan.size()));
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

  /** Offers sources, has receivers bid for them, and once more those who then have none. */
  private int[] assign() {
    int[] asking = IntStream.range(0, rooms.length).filter(traders::lacks).toArray();
    Arrays.stream(asking).parallel().forEach(this::revalue);
    offer(asking, rooms);
    Auction auction = new Auction(offers, rooms);
    auction.hold();
    int[] sources = auction.assigned();
    int[] without = Arrays.stream(asking).filter(receiver -> sources[receiver] < 0).toArray();
    Arrays.stream(without).forEach(offers::clear); // what others paid more for
    offer(without, left(sources));
    auction.hold();
    return sources;
  }

  /** What a receiver lacks has changed since, and who has room. */
  private void revalue(int receiver) {
    int[] known = offers.sources(receiver);
    offers.clear(receiver);
    for (int source : known) {
      offer(receiver, source);
    }
  }

  /**
   * Offers those who have room left to those who ask.
   *
   * @param asking receivers in the order of their numbers
   */
  private void offer(int[] asking, int[] left) {
    List<Shortlists> lists =
        Arrays.stream(divisions).map(cells -> new Shortlists(traders, cells, left)).toList();
    HolderIndex index = new HolderIndex(traders, left);
    Arrays.stream(asking)
        .parallel()
        .forEach(
            receiver -> {
              for (Shortlists list : lists) {
                for (int source : list.best(receiver, SHORTLIST)) {
                  offer(receiver, source);
                }
              }
              for (int source : index.holders(receiver, HOLDERS)) {
                offer(receiver, source);
              }
            });
    for (int hint = 0; hint < HINTS; hint++) {
      Rivals rivals = new Rivals(offers);
      Arrays.stream(asking)
          .parallel()
          .forEach(receiver -> rivals.tell(receiver, left, this::offer));
    }
  }

  /** Offers a source unless it surely is not among the best, or already there. */
  private void offer(int receiver, int source) {
    double most = traders.overlap(receiver, source) * traders.worth(source);
    if (most > offers.least(receiver)
        && receiver != source
        && !offers.has(receiver, source)
        && isOpen(receiver, source)) {
      offers.add(receiver, source, (float) (most * traders.closeness(receiver, source)));
    }
  }

  private boolean isOpen(int receiver, int source) {
    boolean open = rooms[source] > 0 && traders.orderSize(receiver, source) >= 1;
    for (int[] earlier : passes) {
      open &= earlier[receiver] != source;
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
    Neighbours neighbours = new Neighbours(traders.portraits(), request.seed().derive("peers"));
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
  private List<PlannedSwap> orders(int[] sources, int before) {
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
            .mapToObj(i -> traders.order((int) keys[i], sources[(int) keys[i]], before + i))
            .toList();
    for (int i = 0; i < keys.length; i++) {
      traders.meet((int) keys[i], orders.get(i));
    }
    return orders;
  }
}
