package dev.kula.secagg;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Appends big-endian numbers and bytes. One thread at a time. */
final class WireWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  WireWriter one(byte value) {
    out.write(value);
    return this;
  }

  WireWriter number(int value) {
    return bytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  WireWriter bytes(byte[] value) {
    out.writeBytes(value);
    return this;
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }
}
