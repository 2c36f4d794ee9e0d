package dev.kula.spark;

import dev.kula.data.DeviceId;
import dev.kula.fleet.Outbox;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

  /** What all these have been sent, and have had since a round. */
  static Models of(Outbox outbox, List<DeviceId> devices, int round) {
    Map<Outbox.Had, Integer> known = new LinkedHashMap<>();
    Map<String, Integer> of = new HashMap<>();
    for (DeviceId device : devices) {
      of.put(device.name(), known.computeIfAbsent(outbox.of(device), one -> known.size()));
    }
    List<byte[]> jobs = new ArrayList<>();
    known
        .keySet()
        .forEach(
            has -> jobs.add(JobCodec.encode(new Job.Restore(round, has.model(), has.shown()))));
    return new Models(jobs, of);
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
