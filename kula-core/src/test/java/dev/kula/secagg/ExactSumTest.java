package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.secagg.ServerState.Aggregated;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums are those of the survivors' vectors, to the last bit, whoever falls silent and when. */
final class ExactSumTest {
  private static final int LENGTH = 5000; // more than a buffer of the mask stream

  @Test
  void everybodysVectorIsInTheSum() {
    for (Neighbourhoods graph :
        List.of(new Neighbourhoods.Complete(7), new Neighbourhoods.Sparse(8, 5))) {
      Exchange exchange = Exchange.of(graph, 12, LENGTH, 1);
      Aggregated aggregated = exchange.run(List.of());
      assertEquals(12, aggregated.contributors().size());
      assertArrayEquals(exchange.sum(aggregated.contributors()), aggregated.sum());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void aThirdMayDropOutBeforeAnyPhaseOfACompleteGraph(int phase) {
    Exchange exchange = Exchange.of(new Neighbourhoods.Complete(8), 15, LENGTH, 2);
    List<Set<Integer>> silent = silent(phase, Set.of(0, 3, 7, 8, 14));
    Aggregated aggregated = exchange.run(silent);
    assertEquals(phase <= 2 ? 10 : 15, aggregated.contributors().size());
    assertArrayEquals(exchange.sum(aggregated.contributors()), aggregated.sum());
  }

  @Test
  void someMayDropOutBeforeEveryPhase() {
    Exchange exchange = Exchange.of(new Neighbourhoods.Complete(8), 15, LENGTH, 3);
    Aggregated aggregated =
        exchange.run(List.of(Set.of(0), Set.of(14), Set.of(7), Set.of(3), Set.of(5)));
    assertEquals(12, aggregated.contributors().size());
    assertArrayEquals(exchange.sum(aggregated.contributors()), aggregated.sum());
  }

  @ParameterizedTest
  @CsvSource({"0, 11", "2, 13", "4, 16"})
  void aRandomThirdMayDropOutOfASparseGraph(int phase, long seed) {
    aThirdDropsOut(new Neighbourhoods.Sparse(24, 13), 30, phase, seed);
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"0, 11", "1, 12", "2, 13", "2, 14", "3, 15", "4, 16"})
  void aRandomThirdMayDropOutOfALargerSparseGraph(int phase, long seed) {
    aThirdDropsOut(new Neighbourhoods.Sparse(60, 31), 90, phase, seed);
  }

  private static void aThirdDropsOut(Neighbourhoods graph, int cohort, int phase, long seed) {
    Exchange exchange = Exchange.of(graph, cohort, 50, seed);
    List<Integer> order = new ArrayList<>(IntStream.range(0, cohort).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    Set<Integer> third = new HashSet<>(order.subList(0, cohort / 3));
    Aggregated aggregated = exchange.run(silent(phase, third));
    assertEquals(phase <= 2 ? cohort - cohort / 3 : cohort, aggregated.contributors().size());
    assertArrayEquals(exchange.sum(aggregated.contributors()), aggregated.sum());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void belowTheThresholdThereIsNoSum(int phase) {
    Exchange exchange = Exchange.of(new Neighbourhoods.Complete(8), 15, 10, 4);
    List<Set<Integer>> silent = silent(phase, Set.of(0, 1, 2, 3, 4, 5, 6, 7));
    KulaException failure = assertThrows(KulaException.class, () -> exchange.run(silent));
    assertEquals(KulaException.Blame.REMOTE, failure.blame());
    assertTrue(failure.toString().contains("must be"), failure.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 16, 23, 31, 32})
  void sumsWrapAtEveryModulus(int bits) {
    Exchange model = Exchange.of(new Neighbourhoods.Complete(4), 6, 333, 5);
    Session session =
        Exchange.session(
            9, model.identities, 333, new Modulus(bits), new Neighbourhoods.Complete(4));
    Exchange exchange = model.in(session);
    Aggregated aggregated = exchange.run(List.of(Set.of(), Set.of(), Set.of(2)));
    int[] expected = exchange.sum(aggregated.contributors());
    for (int i = 0; i < expected.length; i++) {
      expected[i] = session.modulus().signed(expected[i]);
    }
    assertArrayEquals(expected, aggregated.sum());
  }

  /** In a run with the same secrets every byte on the wire is the same. */
  @Test
  void theSameSecretsGiveTheSameBytes() {
    List<Set<Integer>> silent = List.of(Set.of(), Set.of(3), Set.of(5));
    Exchange once = Exchange.of(new Neighbourhoods.Sparse(8, 5), 12, 100, 6);
    Exchange again = Exchange.of(new Neighbourhoods.Sparse(8, 5), 12, 100, 6);
    assertArrayEquals(once.run(silent).sum(), again.run(silent).sum());
    assertEquals(5, once.sent.size());
    for (int phase = 0; phase < once.sent.size(); phase++) {
      assertEquals(once.sent.get(phase).keySet(), again.sent.get(phase).keySet());
      for (int member : once.sent.get(phase).keySet()) {
        assertArrayEquals(once.sent.get(phase).get(member), again.sent.get(phase).get(member));
      }
    }
  }

  /** Silent before a phase, and not before an earlier one. */
  private static List<Set<Integer>> silent(int phase, Set<Integer> members) {
    List<Set<Integer>> silent = new ArrayList<>();
    for (int i = 0; i < phase; i++) {
      silent.add(Set.of());
    }
    silent.add(members);
    return silent;
  }
}
