package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.aggregate.PartialSum;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;

/** Partial sums as bytes. Of what comes, only sums and what they are made of are read. */
final class SumBytes {
  private static final ObjectInputFilter SUMS_ONLY =
      ObjectInputFilter.Config.createFilter(
          "maxdepth=4;maxarray=16777216;maxbytes=134217728;dev.kula.aggregate.*;!*");

  private SumBytes() {}

  /** Of a sum that is {@link java.io.Serializable}. */
  static byte[] of(PartialSum sum) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sum);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a sum.
   *
   * @throws KulaException REMOTE, if the bytes are none
   */
  static PartialSum read(byte[] bytes) {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      in.setObjectInputFilter(SUMS_ONLY);
      return (PartialSum) in.readObject();
    } catch (IOException | ClassNotFoundException | ClassCastException e) {
      throw KulaException.remote("a sum cannot be read: " + e.getMessage());
    }
  }
}
