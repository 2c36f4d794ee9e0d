package dev.kula.data;

/**
 * The features of many samples, held once, row-major. Immutable by contract: neither side writes to
 * the arrays after construction. Thread safe.
 */
public sealed interface FeatureTable {
  /** Numbers in one row. */
  int columns();

  /** Number of rows. */
  int rows();

  /** Writes row {@code row} to {@code into} from {@code offset} on, as the model is to see it. */
  void copyRow(int row, float[] into, int offset);

  /** A table of its own with the rows given, in that order. */
  FeatureTable select(int[] rows);

  /**
   * A table of its own in which the rows given hold other numbers, as near as the table can hold
   * them.
   *
   * @param values row-major, as the model is to see them
   */
  FeatureTable replace(int[] rows, float[] values);

  /** Bytes that a row takes when it travels. */
  int rowBytes();

  /** Whether the model would see nothing but finite numbers. */
  boolean isFinite();

  /**
   * Unsigned bytes, seen by the model as {@code byte · scale + shift}.
   *
   * @param bytes row-major, a multiple of {@code columns}
   */
  record Bytes(byte[] bytes, int columns, float scale, float shift) implements FeatureTable {
    @Override
    public int rows() {
      return bytes.length / columns;
    }

    @Override
    public void copyRow(int row, float[] into, int offset) {
      int start = row * columns;
      for (int i = 0; i < columns; i++) {
        into[offset + i] = (bytes[start + i] & 0xff) * scale + shift;
      }
    }

    @Override
    public FeatureTable select(int[] rows) {
      byte[] selected = new byte[rows.length * columns];
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(bytes, rows[i] * columns, selected, i * columns, columns);
      }
      return new Bytes(selected, columns, scale, shift);
    }

    @Override
    public FeatureTable replace(int[] rows, float[] values) {
      byte[] replaced = bytes.clone();
      for (int i = 0; i < rows.length * columns; i++) {
        int level = Math.clamp(Math.round((values[i] - shift) / scale), 0, 0xff);
        replaced[rows[i / columns] * columns + i % columns] = (byte) level;
      }
      return new Bytes(replaced, columns, scale, shift);
    }

    @Override
    public int rowBytes() {
      return columns;
    }

    @Override
    public boolean isFinite() {
      return Float.isFinite(shift) && Float.isFinite(0xff * scale + shift);
    }
  }

  /**
   * Floats, seen by the model as they are.
   *
   * @param values row-major, a multiple of {@code columns}
   */
  record Floats(float[] values, int columns) implements FeatureTable {
    @Override
    public int rows() {
      return values.length / columns;
    }

    @Override
    public void copyRow(int row, float[] into, int offset) {
      System.arraycopy(values, row * columns, into, offset, columns);
    }

    @Override
    public FeatureTable select(int[] rows) {
      float[] selected = new float[rows.length * columns];
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(values, rows[i] * columns, selected, i * columns, columns);
      }
      return new Floats(selected, columns);
    }

    @Override
    public FeatureTable replace(int[] rows, float[] others) {
      float[] replaced = values.clone();
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(others, i * columns, replaced, rows[i] * columns, columns);
      }
      return new Floats(replaced, columns);
    }

    @Override
    public int rowBytes() {
      return columns * Float.BYTES;
    }

    @Override
    public boolean isFinite() {
      boolean finite = true;
      for (float value : values) {
        finite &= Float.isFinite(value);
      }
      return finite;
    }
  }
}
