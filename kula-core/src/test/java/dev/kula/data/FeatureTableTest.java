package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FeatureTableTest {
  @ParameterizedTest
  @CsvSource({"0, true", "3e38, true", "NaN, false", "Infinity, false", "-Infinity, false"})
  void floatsAreFiniteIfAllAre(float value, boolean finite) {
    assertEquals(finite, new FeatureTable.Floats(new float[] {1, value, 2, 3}, 2).isFinite());
  }

  @ParameterizedTest
  @CsvSource({"1, 0, true", "2e36, 0, false", "1, NaN, false", "1e36, -1e38, true"})
  void bytesAreFiniteIfAllThatBytesMayBeAre(float scale, float shift, boolean finite) {
    assertEquals(finite, new FeatureTable.Bytes(new byte[4], 2, scale, shift).isFinite());
  }
}
