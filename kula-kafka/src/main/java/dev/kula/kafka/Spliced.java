package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.wire.Incoming;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;

/**
 * A job without the model that is in it: models go to many devices, and are written once. What is
 * left says where the model was and what its digest is.
 */
final class Spliced {
  /** Models of fewer bytes than this stay where they are. */
  static final int WORTH = 4096;

  private static final int DIGEST = 32;
  private static final int HEAD = DIGEST + Integer.BYTES;

  private Spliced() {}

  /** A model as it stands in a job: as the protocol writes numbers. */
  static byte[] bytes(float[] model) {
    byte[] bytes = new byte[Math.multiplyExact(model.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(model);
    return bytes;
  }

  /** The name of a model. */
  static String name(byte[] model) {
    return HexFormat.of().formatHex(Incoming.sha256().digest(model));
  }

  /** A job as it is. */
  static byte[] whole(byte[] job) {
    byte[] body = new byte[HEAD + job.length];
    Arrays.fill(body, DIGEST, HEAD, (byte) -1);
    System.arraycopy(job, 0, body, HEAD, job.length);
    return body;
  }

  /**
   * A job without a model.
   *
   * @param name of the model
   */
  static byte[] without(byte[] job, byte[] model, String name) {
    int at = find(job, model);
    if (at < 0) {
      return whole(job);
    }
    ByteBuffer body = ByteBuffer.allocate(HEAD + job.length - model.length);
    body.put(HexFormat.of().parseHex(name)).putInt(at);
    body.put(job, 0, at).put(job, at + model.length, job.length - at - model.length);
    return body.array();
  }

  private static int find(byte[] job, byte[] model) {
    for (int at = 0; at + model.length <= job.length; at++) {
      if (job[at] == model[0]
          && Arrays.mismatch(job, at, at + model.length, model, 0, model.length) < 0) {
        return at;
      }
    }
    return -1;
  }

  /**
   * The job again.
   *
   * @param models finds a model by its name, and may wait
   * @throws KulaException REMOTE, if the bytes are none
   */
  static byte[] join(byte[] body, Function<String, byte[]> models) {
    if (body.length < HEAD) {
      throw KulaException.remote("a job has %d bytes, must have more".formatted(body.length));
    }
    ByteBuffer bytes = ByteBuffer.wrap(body);
    byte[] digest = new byte[DIGEST];
    bytes.get(digest);
    int at = bytes.getInt();
    int rest = bytes.remaining();
    if (at < 0) {
      return Arrays.copyOfRange(body, HEAD, body.length);
    }
    if (at > rest) {
      throw KulaException.remote("a model is at byte %d of %d, must be within".formatted(at, rest));
    }
    byte[] model = models.apply(HexFormat.of().formatHex(digest));
    ByteBuffer job = ByteBuffer.allocate(rest + model.length);
    job.put(body, HEAD, at).put(model).put(body, HEAD + at, rest - at);
    return job.array();
  }
}
