package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class AdaptiveWindowTest {
  private static final int ROUNDS = 100;
  private static final int VALUES = 10;

  private static AdaptiveWindow window() {
    return new AdaptiveWindow(List.of());
  }

  /**
   * Twice 40 values whose mean is a half: 1/m = 1/20, σ² = 1/4, ln(2 ln 80 / 0.002) = 8.38528, so
   * that ε = √(2/20 · 1/4 · 8.38528) + 2/60 · 8.38528 = 0.45786 + 0.27951 = 0.73737.
   */
  @Test
  void meansDifferBeyondTheBoundOfThePaper() {
    AdaptiveWindow near = window();
    near.add(new AdaptiveWindow.Part(1, 0.5 + 0.7373 / 2, 40));
    assertEquals(Optional.empty(), near.add(new AdaptiveWindow.Part(2, 0.5 - 0.7373 / 2, 40)));
    assertEquals(2, near.parts().size());

    AdaptiveWindow far = window();
    far.add(new AdaptiveWindow.Part(1, 0.5 + 0.7375 / 2, 40));
    AdaptiveWindow.Part last = new AdaptiveWindow.Part(2, 0.5 - 0.7375 / 2, 40);
    AdaptiveWindow.Change change = far.add(last).orElseThrow();
    assertEquals(2, change.since());
    assertEquals(0.5 + 0.7375 / 2, change.before(), 1e-12);
    assertEquals(0.5 - 0.7375 / 2, change.after(), 1e-12);
    assertEquals(List.of(last), far.parts());
  }

  @Test
  void saysWhenAChangeBegan() {
    AdaptiveWindow window = window();
    for (int round = 1; round <= 9; round++) {
      assertEquals(Optional.empty(), window.add(new AdaptiveWindow.Part(round, 0.9, 10)));
    }
    Optional<AdaptiveWindow.Change> found = Optional.empty();
    int round = 10;
    while (found.isEmpty()) {
      found = window.add(new AdaptiveWindow.Part(round++, 0.4, 10));
    }
    assertEquals(new AdaptiveWindow.Change(10, 0.9, 0.4), rounded(found.get()));
    // 90 values and 50: ε = 0.511; 90 and 60: ε = 0.473 < 0.9 − 0.4.
    assertEquals(15, round - 1);
  }

  private static AdaptiveWindow.Change rounded(AdaptiveWindow.Change change) {
    return new AdaptiveWindow.Change(
        change.since(),
        Math.rint(change.before() * 1e9) / 1e9,
        Math.rint(change.after() * 1e9) / 1e9);
  }

  /** Bernoulli values of a chance that stays, then of one that has fallen. */
  @Test
  void findsFallsAndHardlyAnythingElse() {
    int streams = 500;
    int wrong = 0;
    int found = 0;
    int near = 0;
    for (int stream = 0; stream < streams; stream++) {
      RandomGenerator random = new Seed(5).derive(stream).generator();
      AdaptiveWindow window = window();
      for (int round = 1; round <= ROUNDS; round++) {
        wrong += window.add(part(round, 0.8, random)).isPresent() ? 1 : 0;
      }
      Optional<AdaptiveWindow.Change> change = Optional.empty();
      for (int round = ROUNDS + 1; round <= ROUNDS + 10 && change.isEmpty(); round++) {
        change = window.add(part(round, 0.5, random));
      }
      found += change.isPresent() ? 1 : 0;
      near += change.filter(at -> Math.abs(at.since() - ROUNDS - 1) <= 2).isPresent() ? 1 : 0;
    }
    assertTrue(wrong <= streams / 100, wrong + " of " + streams + " streams cut without a change");
    // After 100 values ε is 0.23, and the fall 0.3 ± 0.05.
    assertTrue(found >= streams * 0.8, found + " of " + streams + " falls found in ten rounds");
    assertTrue(near >= found * 0.8, near + " of " + found + " dated to two rounds");
  }

  private static AdaptiveWindow.Part part(int round, double chance, RandomGenerator random) {
    int right = 0;
    for (int i = 0; i < VALUES; i++) {
      right += random.nextDouble() < chance ? 1 : 0;
    }
    return new AdaptiveWindow.Part(round, (double) right / VALUES, VALUES);
  }

  @Test
  void valuesAreFromZeroToOne() {
    assertThrows(IllegalArgumentException.class, () -> new AdaptiveWindow.Part(1, 1.1, 1));
    assertThrows(IllegalArgumentException.class, () -> new AdaptiveWindow.Part(1, Double.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> new AdaptiveWindow.Part(1, 0.5, 0));
  }
}
