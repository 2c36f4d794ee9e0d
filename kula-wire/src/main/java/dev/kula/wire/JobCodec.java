package dev.kula.wire;

/** Jobs and results as the bytes of {@code messages.proto}, and back, bit for bit. Thread safe. */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class JobCodec {
  private JobCodec() {}

  /** A job as bytes; the same bytes for the same job. */
  public static byte[] encode(Job job) {
    throw new UnsupportedOperationException("not written yet: " + job);
  }

  /** A result as bytes; the same bytes for the same result. */
  public static byte[] encode(Result result) {
    throw new UnsupportedOperationException("not written yet: " + result);
  }

  /**
   * Reads a job.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static Job decodeJob(byte[] bytes) {
    throw new UnsupportedOperationException("not written yet: " + bytes.length);
  }

  /**
   * Reads a result.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static Result decodeResult(byte[] bytes) {
    throw new UnsupportedOperationException("not written yet: " + bytes.length);
  }
}
