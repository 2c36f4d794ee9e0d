package dev.kula.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import java.io.IOException;
import java.util.function.Function;

/**
 * The way from untrusted bytes to records, on which nothing is thrown but that the sender erred.
 */
final class Decoding {
  /** Messages of the protocol are nested less deep. */
  private static final int DEEPEST = 16;

  private Decoding() {}

  /**
   * Reads bytes.
   *
   * @param name of what they are, for messages
   * @param records makes records of the message
   * @throws KulaException (REMOTE) if they are not that
   */
  static <M, R> R decode(
      String name,
      byte[] bytes,
      Limits limits,
      Descriptor type,
      Parser<M> parser,
      Function<M, R> records) {
    Checks.atMost(bytes.length, limits.bytes(), name);
    try {
      Shape.check(input(bytes), type, limits);
      CodedInputStream in = input(bytes);
      M message = parser.parseFrom(in);
      in.checkLastTagWas(0);
      return records.apply(message);
    } catch (KulaException refused) {
      if (refused.blame() == Blame.REMOTE) {
        throw refused;
      }
      throw broken(name, bytes, refused);
    } catch (IOException | IllegalArgumentException mistake) {
      throw broken(name, bytes, mistake);
    }
  }

  private static KulaException broken(String name, byte[] bytes, Exception cause) {
    return KulaException.remote(
        "%s of %d bytes breaks a rule of the protocol: %s"
            .formatted(name, bytes.length, cause.getMessage()));
  }

  /** Refers to the bytes instead of copying them, as nobody writes to them meanwhile. */
  private static CodedInputStream input(byte[] bytes) {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    in.enableAliasing(true);
    in.setRecursionLimit(DEEPEST);
    return in;
  }
}
