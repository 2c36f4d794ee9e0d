package dev.kula.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as little-endian bytes, bit for bit. */
final class LittleEndian {
  private LittleEndian() {}

  static ByteBuffer wrap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] of(long value) {
    byte[] bytes = new byte[Long.BYTES];
    wrap(bytes).putLong(value);
    return bytes;
  }

  static byte[] of(float[] values) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    wrap(bytes).asFloatBuffer().put(values);
    return bytes;
  }

  static byte[] of(double[] values) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Double.BYTES)];
    wrap(bytes).asDoubleBuffer().put(values);
    return bytes;
  }

  static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    wrap(bytes).asFloatBuffer().get(values);
    return values;
  }

  static double[] doubles(byte[] bytes) {
    double[] values = new double[bytes.length / Double.BYTES];
    wrap(bytes).asDoubleBuffer().get(values);
    return values;
  }
}
