package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LabelSpaceTest {
  @Test
  void quantilesOfDifferentTargetsAreEquallyFull() {
    float[] targets = new float[100];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = i;
    }
    LabelSpace space = LabelSpace.quantiles(targets, 4);
    assertEquals(List.of("< 25.0", "25.0 to 50.0", "50.0 to 75.0", "≥ 75.0"), space.names());
    assertEquals(
        List.of(0, 0, 1, 3),
        List.of(bin(space, -1), bin(space, 24), bin(space, 25), bin(space, 99)));
  }

  /** As with rainfall, or claims: nearly always nothing. */
  @Test
  void targetsThatAreNearlyAllTheSameStillHaveTwoBins() {
    float[] targets = new float[100];
    targets[7] = 3;
    targets[8] = 2;
    LabelSpace space = LabelSpace.quantiles(targets, 10);
    assertEquals(List.of(0, 1, 1), List.of(bin(space, 0), bin(space, 2), bin(space, 3)));
  }

  @Test
  void equalTargetsAreInABin() {
    LabelSpace space = LabelSpace.quantiles(new float[] {-4, -4, -4}, 10);
    assertEquals(2, space.size());
    assertEquals(1, bin(space, -4));
  }

  private static int bin(LabelSpace space, float target) {
    return space.bin(target);
  }
}
