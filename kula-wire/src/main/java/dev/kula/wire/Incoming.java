package dev.kula.wire;

import dev.kula.KulaException;
import dev.kula.wire.v1.Frame;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A job or a result that comes in pieces. What has come outlives a connection: the next one goes on
 * where the last broke off. No more memory is taken than bytes have come.
 *
 * <p>Not thread safe.
 */
public final class Incoming {
  /** Of a whole. */
  public static final int DIGEST_BYTES = 32;

  private final long limit;
  private long job;
  private long size;
  private byte[] bytes = new byte[0];
  private int filled;

  /**
   * Nothing has come yet.
   *
   * @param limit bytes of a whole at the most, below 2³¹
   */
  public Incoming(long limit) {
    this.limit = limit;
  }

  /** Bytes of a job that have come; 0 if another one is coming. */
  public long partial(long number) {
    return job == number ? filled : 0;
  }

  /**
   * Takes a piece.
   *
   * @return the whole with its last piece, else empty
   * @throws KulaException blaming the other side, if the piece does not go on where the last one
   *     ended, is larger than allowed, or the whole is not what was sent; what had come is
   *     forgotten then
   */
  public Optional<byte[]> take(Frame frame) {
    if (frame.getOffset() == 0) {
      begin(frame);
    }
    int length = frame.getPiece().size();
    require(frame.getJob() == job && frame.getSize() == size, "of a whole", job, frame.getJob());
    require(frame.getOffset() == filled, "at byte", filled, frame.getOffset());
    require(length <= size - filled, "of bytes at most", size - filled, length);
    if (bytes.length < filled + length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(size, Math.max(2L * filled, filled + length)));
    }
    frame.getPiece().copyTo(bytes, filled);
    filled += length;
    if (filled < size) {
      return Optional.empty();
    }
    byte[] whole = bytes.length == size ? bytes : Arrays.copyOf(bytes, (int) size);
    boolean same = MessageDigest.isEqual(sha256().digest(whole), frame.getDigest().toByteArray());
    forget();
    if (!same) {
      throw KulaException.remote(
          "the digest of job %d is not that of its bytes, must be; send it again"
              .formatted(frame.getJob()));
    }
    return Optional.of(whole);
  }

  private void begin(Frame frame) {
    if (frame.getSize() > limit || frame.getSize() < 0) {
      throw KulaException.remote(
          "job %d has %s bytes, must have at most %d; use a smaller model, or raise the limit"
              .formatted(frame.getJob(), Long.toUnsignedString(frame.getSize()), limit));
    }
    forget();
    job = frame.getJob();
    size = frame.getSize();
  }

  private void require(boolean holds, String what, long expected, long actual) {
    if (!holds) {
      forget();
      throw KulaException.remote(
          "a piece came %s %d, must be %d; send all of it again".formatted(what, actual, expected));
    }
  }

  private void forget() {
    bytes = new byte[0];
    filled = 0;
    size = 0;
    job = 0;
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
