package dev.kula.data.source;

import java.util.Arrays;

/** Floats of which nobody knows the number yet. */
final class FloatColumn {
  private float[] values = new float[1024];
  private int size;

  int size() {
    return size;
  }

  void add(float value) {
    if (size == values.length) {
      // Math.addExact: more than 2^31 numbers cannot be held, and must not wrap around.
      values = Arrays.copyOf(values, Math.addExact(size, size >> 1));
    }
    values[size++] = value;
  }

  float[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
