package dev.kula.data;

import java.security.PublicKey;
import java.util.List;

/**
 * A signed reference to the samples of one block. It carries no sample and nothing measured on
 * samples: its characteristics are those that the swap order asked for.
 *
 * @param block keyed hash of the samples referred to, or of the round of class sums
 * @param source who holds them
 * @param schema what a sample looks like, such as {@code 1x28x28 bytes, 10 labels}
 * @param size samples promised, at most: as many as were ordered, whatever the source has
 * @param labels label bins asked for; empty for any
 * @param exchange how the samples may be used
 * @param purpose what for, such as {@code swap 17} or {@code base}
 * @param signature Ed25519 by the source over all of the above
 */
public record DataPointer(
    BlockId block,
    DeviceId source,
    String schema,
    int size,
    List<Integer> labels,
    Exchange exchange,
    String purpose,
    byte[] signature) {
  public DataPointer {
    labels = List.copyOf(labels);
  }

  static DataPointer signed(
      DeviceKeys keys,
      BlockId block,
      DeviceId source,
      String schema,
      int size,
      List<Integer> labels,
      Exchange exchange,
      String purpose) {
    byte[] message = message(block, source, schema, size, labels, exchange, purpose);
    return new DataPointer(
        block, source, schema, size, labels, exchange, purpose, keys.sign(message));
  }

  /** Whether the source whose key this is signed exactly this pointer. */
  public boolean isSignedBy(PublicKey key) {
    byte[] message = message(block, source, schema, size, labels, exchange, purpose);
    return DeviceKeys.verify(key, message, signature);
  }

  /** Whether this is what a pointer of its source to its block would be with these. */
  boolean promises(int samples, List<Integer> asked, Exchange use, String aim) {
    return size == samples && labels.equals(asked) && exchange == use && purpose.equals(aim);
  }

  /** Bytes on the wire. */
  public long bytes() {
    return message(block, source, schema, size, labels, exchange, purpose).length
        - 2L * BlockId.BYTES
        + BlockId.BYTES
        + signature.length;
  }

  private static byte[] message(
      BlockId block,
      DeviceId source,
      String schema,
      int size,
      List<Integer> labels,
      Exchange exchange,
      String purpose) {
    return SignedFields.bytes(
        block.hex(),
        source.name(),
        schema,
        Integer.toString(size),
        labels.toString(),
        exchange.name(),
        purpose);
  }
}
