package dev.kula.secagg;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The neighbours of each member of a cohort. The permutation of a sparse graph is a Fisher–Yates
 * shuffle by the session's public seed. Immutable, thread safe.
 */
final class Graph {
  private final int cohort;
  private final int half;

  /** Who is where on the ring, and where on the ring one is. */
  private final int[] members;

  private final int[] places;

  private Graph(int cohort, int half, int[] members) {
    this.cohort = cohort;
    this.half = half;
    this.members = members;
    this.places = new int[cohort];
    for (int i = 0; i < cohort; i++) {
      places[members[i]] = i;
    }
  }

  static Graph of(Neighbourhoods neighbourhoods, int cohort, byte[] seed) {
    int[] members = new int[cohort];
    Arrays.setAll(members, i -> i);
    return switch (neighbourhoods) {
      case Neighbourhoods.Complete all -> new Graph(cohort, all.degree(cohort), members);
      case Neighbourhoods.Sparse sparse -> {
        shuffle(members, seed);
        yield new Graph(cohort, sparse.degree() / 2, members);
      }
    };
  }

  private static void shuffle(int[] members, byte[] seed) {
    byte[] key =
        Derivation.hkdf(
            seed,
            new byte[0],
            "kula secagg graph".getBytes(StandardCharsets.US_ASCII),
            Derivation.KEY_BYTES);
    // Sixteen draws for each member are more than rejection will ever use.
    int[] bits = new MaskStream().first(key, 16 * members.length);
    int used = 0;
    for (int i = members.length - 1; i > 0; i--) {
      int mask = -1 >>> Integer.numberOfLeadingZeros(i);
      int drawn = bits[used++] & mask;
      while (drawn > i) {
        drawn = bits[used++] & mask;
      }
      int swapped = members[i];
      members[i] = members[drawn];
      members[drawn] = swapped;
    }
  }

  /** In ascending order, without itself. */
  int[] neighbours(int member) {
    if (half >= cohort - 1) {
      int[] others = new int[cohort - 1];
      Arrays.setAll(others, i -> i < member ? i : i + 1);
      return others;
    }
    int[] around = new int[2 * half];
    for (int i = 1; i <= half; i++) {
      around[2 * i - 2] = members[Math.floorMod(places[member] + i, cohort)];
      around[2 * i - 1] = members[Math.floorMod(places[member] - i, cohort)];
    }
    Arrays.sort(around);
    return around;
  }

  boolean adjacent(int one, int other) {
    int distance = Math.abs(places[one] - places[other]);
    return one != other && Math.min(distance, cohort - distance) <= half;
  }

  /** Neighbours of a member that are among the given. */
  int[] neighboursAmong(int member, Members given) {
    return Arrays.stream(neighbours(member)).filter(given::contains).toArray();
  }

  /** What is left when those with fewer neighbours left than the threshold leave, repeatedly. */
  Members core(Members given, int threshold) {
    Members left = given;
    while (true) {
      Members now = left;
      Members next = now.keep(member -> neighboursAmong(member, now).length >= threshold);
      if (next.equals(now)) {
        return now;
      }
      left = next;
    }
  }
}
