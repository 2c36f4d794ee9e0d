package dev.kula.spark;

import dev.kula.device.Message;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a device did in one step.
 *
 * @param device its name
 * @param bytesIn that it read
 * @param passes forward passes
 * @param bytesOut that it said, whether it reaches anybody or not
 * @param toServers envelopes as the wire has them; of no length if there are none
 * @param delivered bytes of what reaches other devices, by kind
 * @param letters that reach other devices
 * @param failure why it could not do it; null if it could
 */
record Said(
    String device,
    long bytesIn,
    double passes,
    long bytesOut,
    byte[] toServers,
    Map<Message.Kind, Long> delivered,
    List<Letter> letters,
    @Nullable RuntimeException failure)
    implements Serializable {
  Said {
    delivered = Map.copyOf(delivered);
    letters = List.copyOf(letters);
  }

  /** What came of training. */
  static Said trained(String device, double passes) {
    return new Said(device, 0, passes, 0, new byte[0], Map.of(), List.of(), null);
  }

  /** What came of a failure. */
  static Said failed(String device, RuntimeException failure) {
    return new Said(device, 0, 0, 0, new byte[0], Map.of(), List.of(), failure);
  }

  /** The same without what other devices read, which the driver need not see. */
  Said withoutLetters() {
    return new Said(device, bytesIn, passes, bytesOut, toServers, delivered, List.of(), failure);
  }
}
