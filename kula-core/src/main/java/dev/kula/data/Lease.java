package dev.kula.data;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;

/**
 * The right of one holder to use one block for a time and a number of times, signed by the source.
 * The source counts the uses and may revoke the rest; that undoes nothing already learnt.
 *
 * @param number unique at the source
 * @param block what may be used
 * @param source who granted it
 * @param holder who may use it
 * @param expires when it ends
 * @param uses how often it may be used, at least 1
 * @param exchange how it may be used
 * @param signature Ed25519 by the source over all of the above
 */
public record Lease(
    long number,
    BlockId block,
    DeviceId source,
    DeviceId holder,
    Instant expires,
    int uses,
    Exchange exchange,
    byte[] signature) {
  /**
   * Bytes on the wire: number, block, holder's and source's hash, expiry, uses and exchange,
   * signature.
   */
  public static final int BYTES = 8 + BlockId.BYTES + 16 + 8 + 4 + 64;

  public Lease {
    if (uses < 1) {
      throw new IllegalArgumentException("a lease of %d uses must have at least 1".formatted(uses));
    }
  }

  static Lease signed(
      DeviceKeys keys,
      long number,
      BlockId block,
      DeviceId source,
      DeviceId holder,
      Instant expires,
      int uses,
      Exchange exchange) {
    return new Lease(
        number,
        block,
        source,
        holder,
        expires,
        uses,
        exchange,
        keys.sign(message(number, block, source, holder, expires, uses, exchange)));
  }

  boolean isSignedBy(PublicKey key) {
    return DeviceKeys.verify(
        key, message(number, block, source, holder, expires, uses, exchange), signature);
  }

  /** Whether all fields are equal, the signature too. */
  boolean isSame(Lease other) {
    return number == other.number
        && block.equals(other.block)
        && source.equals(other.source)
        && holder.equals(other.holder)
        && expires.equals(other.expires)
        && uses == other.uses
        && exchange == other.exchange
        && Arrays.equals(signature, other.signature);
  }

  private static byte[] message(
      long number,
      BlockId block,
      DeviceId source,
      DeviceId holder,
      Instant expires,
      int uses,
      Exchange exchange) {
    return SignedFields.bytes(
        Long.toString(number),
        block.hex(),
        source.name(),
        holder.name(),
        expires.toString(),
        Integer.toString(uses),
        exchange.name());
  }
}
