package dev.kula.store;

import dev.kula.KulaException;
import java.io.IOException;

/**
 * States as bytes, and back, bit for bit: what {@link Checkpoints} writes, without a file around
 * it. Thread safe.
 */
public final class StateBytes {
  private StateBytes() {}

  /** A state, as {@link Checkpoints} describes them. */
  public static byte[] encode(Record state) {
    try {
      return StateMapper.MAPPER.writeValueAsBytes(state);
    } catch (IOException e) {
      throw KulaException.resource("a state cannot be written down: " + e.getMessage(), e);
    }
  }

  /**
   * What {@link #encode} once got.
   *
   * @throws KulaException RESOURCE if the bytes are no such state
   */
  public static <T extends Record> T decode(byte[] bytes, Class<T> type) {
    try {
      return StateMapper.MAPPER.readValue(bytes, type);
    } catch (IOException e) {
      throw KulaException.resource("a state cannot be read: " + e.getMessage(), e);
    }
  }
}
