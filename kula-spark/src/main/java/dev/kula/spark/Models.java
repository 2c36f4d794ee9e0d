package dev.kula.spark;

import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What devices had been sent of models when their states were kept. Goes to each process once,
 * however many devices share a model. Thread safe.
 */
final class Models implements Serializable {
  private static final long serialVersionUID = 1L;

  private final List<byte[]> jobs;
  private final Map<String, Integer> of;
  private transient @Nullable Map<Integer, Job.Restore> read;

  /**
   * Models.
   *
   * @param jobs each a {@link Job.Restore} as the wire has it
   * @param of which of them is that of a device, by name
   */
  Models(List<byte[]> jobs, Map<String, Integer> of) {
    this.jobs = List.copyOf(jobs);
    this.of = Map.copyOf(of);
  }

  /** What a device had. */
  Job.Restore of(String device) {
    Integer index = of.get(device);
    if (index == null) {
      throw new IllegalArgumentException("no models of " + device);
    }
    return read().computeIfAbsent(index, at -> (Job.Restore) JobCodec.decodeJob(jobs.get(at)));
  }

  private synchronized Map<Integer, Job.Restore> read() {
    Map<Integer, Job.Restore> known = read;
    if (known == null) {
      known = new ConcurrentHashMap<>();
      read = known;
    }
    return known;
  }
}
