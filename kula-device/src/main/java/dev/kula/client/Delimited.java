package dev.kula.client;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Messages one after another, each with its length before it. */
final class Delimited {
  private Delimited() {}

  /**
   * The next one.
   *
   * @param most bytes that it may have; no memory is taken for more
   * @return empty at the end
   * @throws IOException if it is larger, broken, or breaks off
   */
  static <M extends MessageLite> Optional<M> read(InputStream in, Parser<M> parser, int most)
      throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    int length = CodedInputStream.readRawVarint32(first, in);
    if (length < 0 || length > most) {
      throw new InvalidProtocolBufferException(
          "a message has %s bytes, must have at most %d"
              .formatted(Integer.toUnsignedString(length), most));
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("a message broke off");
    }
    return Optional.of(parser.parseFrom(bytes));
  }
}
