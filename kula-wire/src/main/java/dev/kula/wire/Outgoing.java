package dev.kula.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.wire.v1.Frame;
import java.util.function.Predicate;

/**
 * A job or a result on its way out, in pieces. Immutable and thread safe; the bytes are not copied,
 * and nobody may write to them.
 */
public final class Outgoing {
  /** Bytes of a piece at the most. */
  public static final int PIECE = 1 << 18;

  private final long job;
  private final byte[] whole;
  private final ByteString digest;

  /**
   * The whole of it.
   *
   * @param job number, from 1
   */
  public Outgoing(long job, byte[] whole) {
    this.job = job;
    this.whole = whole;
    this.digest = UnsafeByteOperations.unsafeWrap(Incoming.sha256().digest(whole));
  }

  /** Number of the job. */
  public long job() {
    return job;
  }

  /** Bytes of the whole. */
  public int size() {
    return whole.length;
  }

  /** SHA-256 of the whole. */
  public byte[] digest() {
    return digest.toByteArray();
  }

  /**
   * Sends what the other side does not have yet.
   *
   * @param from byte from which on it is missing there; beyond the end, all is sent
   * @param sink takes each piece, and may wait; false if it could not, which ends it
   */
  public void send(long from, Predicate<Frame> sink) {
    int offset = from < 0 || from > whole.length ? 0 : (int) from;
    boolean goesOn;
    do {
      int length = Math.min(PIECE, whole.length - offset);
      Frame.Builder frame =
          Frame.newBuilder()
              .setJob(job)
              .setOffset(offset)
              .setSize(whole.length)
              .setPiece(UnsafeByteOperations.unsafeWrap(whole, offset, length));
      offset += length;
      if (offset == whole.length) {
        frame.setDigest(digest);
      }
      goesOn = sink.test(frame.build());
    } while (goesOn && offset < whole.length);
  }
}
