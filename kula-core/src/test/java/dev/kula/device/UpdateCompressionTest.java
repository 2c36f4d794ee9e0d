package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.kula.aggregate.Update;
import org.junit.jupiter.api.Test;

final class UpdateCompressionTest {
  /** In steps of 1, of which 0.3 is none. */
  private static Update update() {
    return new Update(new float[] {100, 0.3f}, 1, 0);
  }

  private static float second(UpdateCompression compression, int group, boolean present) {
    return compression.compress(update(), group, present).delta()[1];
  }

  @Test
  void whatIsRoundedOffComesLater() {
    UpdateCompression compression = new UpdateCompression(8);
    double sum = 0;
    for (int round = 1; round <= 100; round++) {
      sum += second(compression, 0, true);
    }
    assertEquals(30, sum, 0.5);
  }

  @Test
  void anotherModelsRestIsNotAdded() {
    UpdateCompression compression = new UpdateCompression(8);
    assertEquals(0, second(compression, 1, true));
    assertEquals(1, second(compression, 1, true), "0.6");
    assertEquals(0, second(compression, 2, true), "of another group, so 0.3");
    assertEquals(0, second(compression, 1, false), "trained for an earlier group, and not kept");
    assertEquals(1, second(compression, 2, true), "0.6");
  }

  @Test
  void aRestartForgetsNothing() {
    UpdateCompression compression = new UpdateCompression(8);
    second(compression, 0, true);
    UpdateCompression again = new UpdateCompression(8);
    again.restore(compression.state());
    assertEquals(1, second(again, 0, true), "0.6");
  }

  @Test
  void wholeNumbersAreSentAsTheyAre() {
    Update update = update();
    assertSame(update, new UpdateCompression(32).compress(update, 0, true));
    assertArrayEquals(new float[] {100, 0.3f}, update.delta());
  }
}
