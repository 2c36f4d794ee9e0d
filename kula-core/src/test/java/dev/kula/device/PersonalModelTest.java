package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class PersonalModelTest {
  private static final float[] GLOBAL = {1, 2, 3, 4, 5};

  @Test
  void givesBackWhatItWasMadeOf() {
    float[][] models = {
      {1, 2, 3, 4, 5}, {1, 2, 3, 4, 6}, {1, 2, 3, 7, 5}, {9, 2, 3, 4, 5}, {9, 9, 9, 9, 9}
    };
    for (float[] model : models) {
      PersonalModel personal = PersonalModel.of(model, GLOBAL);
      assertArrayEquals(model, personal.parameters());
      for (int offset = 0; offset <= model.length; offset++) {
        float[] rest = personal.from(offset);
        assertEquals(model.length - offset, rest.length);
        for (int i = 0; i < rest.length; i++) {
          assertEquals(model[offset + i], rest[i]);
        }
      }
    }
  }

  @Test
  void knowsWhoseBodyItHas() {
    PersonalModel tuned = PersonalModel.of(new float[] {1, 2, 3, 0, 0}, GLOBAL);
    assertTrue(tuned.hasBodyOf(GLOBAL, 3));
    assertTrue(tuned.hasBodyOf(new float[] {1, 2, 3, 8, 8}, 3));
    assertFalse(tuned.hasBodyOf(new float[] {1, 2, 8, 4, 5}, 3));
    assertFalse(tuned.hasBodyOf(GLOBAL, 4));
  }

  @Test
  void keepsNoCopyOfTheBody() {
    PersonalModel tuned = PersonalModel.of(new float[] {1, 2, 3, 0, 0}, GLOBAL);
    assertSame(tuned.from(3), tuned.from(3));
  }

  @Test
  void isOfTheSizeOfWhatItIsMadeOf() {
    assertThrows(
        IllegalArgumentException.class, () -> PersonalModel.of(new float[4], new float[5]));
  }
}
