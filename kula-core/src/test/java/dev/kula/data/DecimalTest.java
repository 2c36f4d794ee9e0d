package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
  @Test
  void readsDecimalNumbers() {
    assertEquals(-1.5e-3, Decimal.parse(" -1.5e-3 ").orElseThrow());
    assertEquals(0.5, Decimal.parse(".5").orElseThrow());
    assertEquals(7, Decimal.parse("+7.").orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "NaN", "Infinity", "1e999", "1d", "0x1p3", "1_000", "e", "1 2"})
  void refusesAllElse(String text) {
    assertTrue(Decimal.parse(text).isEmpty());
  }

  @Test
  void writesPlainNumbers() {
    assertEquals("0.1", Decimal.text(0.1));
    assertEquals("100", Decimal.text(100.0));
    assertEquals("0.0001", Decimal.text(1e-4));
  }
}
