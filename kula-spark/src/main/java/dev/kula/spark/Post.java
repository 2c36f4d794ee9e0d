package dev.kula.spark;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.fleet.Supersteps;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What servers say to devices at the beginning of a delivery, and who is there while it lasts. Goes
 * to each process once: what is said to many, such as a model, is in it once. Thread safe.
 */
final class Post implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] envelopes;
  private final Map<String, int[]> inboxes;
  private final Map<String, Integer> shards;
  private final Set<String> present;
  private transient @Nullable List<Envelope> read;

  /**
   * Post.
   *
   * @param envelopes different ones, whoever they are to
   * @param inboxes which of them a device gets, by name
   * @param shards number of the shard that a participant is in, by name
   * @param present participants who answer
   */
  Post(
      List<Envelope> envelopes,
      Map<String, int[]> inboxes,
      Map<String, Integer> shards,
      Set<String> present) {
    this.envelopes = Letter.encode(envelopes);
    this.inboxes = Map.copyOf(inboxes);
    this.shards = Map.copyOf(shards);
    this.present = Set.copyOf(present);
  }

  /** What a device gets from servers, if anything. */
  List<Envelope> inbox(String device) {
    int[] indices = inboxes.get(device);
    if (indices == null) {
      return List.of();
    }
    List<Envelope> all = read();
    DeviceId to = new DeviceId(device);
    return Arrays.stream(indices)
        .mapToObj(all::get)
        .map(envelope -> new Envelope(envelope.from(), to, envelope.message()))
        .toList();
  }

  /** Decoded once a process, so that its devices share a model. */
  private synchronized List<Envelope> read() {
    List<Envelope> known = read;
    if (known == null) {
      known = Letter.decode(envelopes);
      read = known;
    }
    return known;
  }

  /** Whether somebody is a participant, and not a server. */
  boolean isParticipant(DeviceId id) {
    return shards.containsKey(id.name());
  }

  /** Whether what is for a participant reaches it. */
  boolean reaches(Envelope envelope) {
    return present.contains(envelope.to().name()) || Supersteps.waits(envelope.message());
  }

  /** Number of the shard that a participant is in. */
  int shard(String participant) {
    Integer shard = shards.get(participant);
    if (shard == null) {
      throw new IllegalArgumentException(participant + " is in no shard");
    }
    return shard;
  }
}
