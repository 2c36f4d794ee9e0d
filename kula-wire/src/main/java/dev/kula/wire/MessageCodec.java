package dev.kula.wire;

import dev.kula.device.Message;
import dev.kula.wire.v1.Wire;

/** Single messages as the bytes of {@code messages.proto}, to be sealed, and back. Thread safe. */
public final class MessageCodec {
  private MessageCodec() {}

  /** A message as bytes; the same bytes for the same message. */
  public static byte[] encode(Message message) {
    return MessageWriter.message(message).toByteArray();
  }

  /**
   * Reads a message, within {@link Limits#defaults()}.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static Message decode(byte[] bytes) {
    Limits limits = Limits.defaults();
    Checks checks = new Checks(limits);
    return Decoding.decode(
        "a sealed message",
        bytes,
        limits,
        Wire.Message.getDescriptor(),
        Wire.Message.parser(),
        message -> new MessageReader(checks).message(message));
  }
}
