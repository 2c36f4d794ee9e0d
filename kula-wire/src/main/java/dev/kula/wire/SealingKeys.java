package dev.kula.wire;

import com.google.protobuf.UnsafeByteOperations;
import dev.kula.data.SealingKey;
import dev.kula.sealing.Curve;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.Wire;
import java.util.Optional;

/** Sealing keys on the wire. Whether they are their owner's is for whoever uses them to see. */
public final class SealingKeys {
  private SealingKeys() {}

  /** A key as it is shown. */
  public static Wire.SealingKey encode(SealingKey key) {
    return Wire.SealingKey.newBuilder()
        .setKey(UnsafeByteOperations.unsafeWrap(key.key()))
        .setSignature(UnsafeByteOperations.unsafeWrap(key.signature()))
        .build();
  }

  /**
   * The key that a device shows when it attends.
   *
   * @throws dev.kula.KulaException (REMOTE) if it is none
   */
  public static Optional<SealingKey> shown(Hello hello) {
    return read(hello.hasSealing(), hello.getSealing());
  }

  static Optional<SealingKey> read(boolean there, Wire.SealingKey key) {
    if (!there) {
      return Optional.empty();
    }
    if (key.getKey().size() != Curve.KEY_BYTES) {
      throw Checks.refused(
          "length of a sealing key", key.getKey().size(), Curve.KEY_BYTES + " bytes");
    }
    return Optional.of(
        new SealingKey(
            key.getKey().toByteArray(), Checks.signature(key.getSignature(), "a sealing key")));
  }
}
