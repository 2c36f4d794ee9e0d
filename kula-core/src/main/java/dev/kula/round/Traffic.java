package dev.kula.round;

import dev.kula.device.Message;
import java.util.Map;

/**
 * Bytes that crossed the network, by kind, since the start of a run. Payload only, as the messages
 * would be encoded: four bytes a parameter, one or four bytes a feature.
 *
 * @param model global models down and updates up
 * @param pointer pointers, leases and swap orders
 * @param fetched raw samples fetched through pointers, base data included
 * @param cacheHit bytes that a receiver already held and so did not move
 * @param visit models that went to the data and came back, those that devices try for groups, and
 *     class sums
 * @param asCopies what it would have cost to send every swapped sample as a raw copy instead
 * @param profile profiles and outcomes
 */
public record Traffic(
    long model,
    long pointer,
    long fetched,
    long cacheHit,
    long visit,
    long asCopies,
    long profile) {
  /** Nothing moved. */
  public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0, 0);

  /** What a fleet carried. */
  static Traffic of(Map<Message.Kind, Long> bytes) {
    return new Traffic(
        bytes.getOrDefault(Message.Kind.MODEL, 0L),
        bytes.getOrDefault(Message.Kind.POINTER, 0L),
        bytes.getOrDefault(Message.Kind.FETCHED, 0L),
        0,
        bytes.getOrDefault(Message.Kind.VISIT, 0L),
        0,
        bytes.getOrDefault(Message.Kind.PROFILE, 0L));
  }

  /** Both together. */
  public Traffic plus(Traffic other) {
    return new Traffic(
        model + other.model,
        pointer + other.pointer,
        fetched + other.fetched,
        cacheHit + other.cacheHit,
        visit + other.visit,
        asCopies + other.asCopies,
        profile + other.profile);
  }

  /** All bytes that really moved. */
  public long moved() {
    return model + pointer + fetched + visit + profile;
  }
}
