package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class AuctionTest {
  @Property(tries = 200)
  void isNearTheBest(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int receivers,
      @ForAll @IntRange(min = 1, max = 4) int sources) {
    RandomGenerator random = new Seed(seed).generator();
    int[] rooms = random.ints(sources, 0, 3).toArray();
    float[][] values = new float[receivers][sources];
    Offers offers = new Offers(receivers, sources);
    for (int r = 0; r < receivers; r++) {
      for (int s = 0; s < sources; s++) {
        if (random.nextBoolean()) {
          values[r][s] = 0.01f + random.nextFloat();
          offers.add(r, s, values[r][s]);
        }
      }
    }
    Auction auction = new Auction(offers, rooms);
    auction.hold();
    int[] left = rooms.clone();
    double sum = 0;
    for (int r = 0; r < receivers; r++) {
      int source = auction.assigned()[r];
      if (source >= 0) {
        assertTrue(--left[source] >= 0, "no room");
        assertTrue(values[r][source] > 0, "not offered");
        sum += values[r][source];
      }
    }
    double best = best(0, values, rooms.clone());
    assertTrue(sum >= best - 0.0301 * receivers, sum + " of " + best);
  }

  private static double best(int receiver, float[][] values, int[] left) {
    if (receiver == values.length) {
      return 0;
    }
    double best = best(receiver + 1, values, left);
    for (int source = 0; source < left.length; source++) {
      if (left[source] > 0 && values[receiver][source] > 0) {
        left[source]--;
        best = Math.max(best, values[receiver][source] + best(receiver + 1, values, left));
        left[source]++;
      }
    }
    return best;
  }

  /** All want the same few: a war of bids, which comes to an end. */
  @Test
  void bidsAreBounded() {
    int receivers = 20_000;
    Offers offers = new Offers(receivers, 3);
    for (int receiver = 0; receiver < receivers; receiver++) {
      for (int source = 0; source < 3; source++) {
        offers.add(receiver, source, 1);
      }
    }
    Auction auction = new Auction(offers, new int[] {2, 2, 2});
    auction.hold();
    assertEquals(6, Arrays.stream(auction.assigned()).filter(source -> source >= 0).count());
    assertTrue(auction.bids() <= (long) Auction.BIDS * receivers, auction.bids() + " bids");
  }

  /** Who lost finds what it is offered later, and takes it from nobody. */
  @Test
  void goesOnWithNewOffers() {
    Offers offers = new Offers(2, 2);
    offers.add(0, 0, 2);
    offers.add(1, 0, 1);
    Auction auction = new Auction(offers, new int[] {1, 1});
    auction.hold();
    assertArrayEquals(new int[] {0, -1}, auction.assigned());
    offers.add(1, 1, 0.5f);
    auction.hold();
    assertArrayEquals(new int[] {0, 1}, auction.assigned());
  }
}
