package dev.kula.spark;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What servers have sent of models to devices, as devices remember it. Devices that were sent the
 * same have the same array here.
 *
 * <p>Not thread safe.
 */
final class Outbox {
  private static final Had NOTHING = new Had(new float[0], List.of());

  private final Map<String, Had> had = new TreeMap<>();

  /**
   * What a device has.
   *
   * @param model the last global one, as it was sent
   * @param shown models of all groups
   */
  private record Had(float[] model, List<GroupModel> shown) {}

  /** Notes what reaches devices. */
  void sent(List<Envelope> envelopes) {
    IdentityHashMap<float[], IdentityHashMap<float[], float[]>> joined = new IdentityHashMap<>();
    for (Envelope envelope : envelopes) {
      if (!envelope.from().equals(Envelope.ORCHESTRATOR)) {
        continue;
      }
      String device = envelope.to().name();
      Had has = had.getOrDefault(device, NOTHING);
      if (envelope.message() instanceof Message.GlobalModel model) {
        float[] whole =
            joined
                .computeIfAbsent(has.model(), before -> new IdentityHashMap<>())
                .computeIfAbsent(model.parameters(), sent -> over(has.model(), sent));
        had.put(device, new Had(whole, has.shown()));
      } else if (envelope.message() instanceof Message.GroupModels models) {
        had.put(device, new Had(has.model(), models.models()));
      } else if (envelope.message() instanceof Message.Assigned to && to.group() >= 0) {
        had.put(device, new Had(has.model(), List.of()));
      }
    }
  }

  /** The body of a model may come without its output layer. */
  private static float[] over(float[] before, float[] sent) {
    if (sent.length >= before.length) {
      return sent;
    }
    float[] whole = before.clone();
    System.arraycopy(sent, 0, whole, 0, sent.length);
    return whole;
  }

  /** Notes what a device had been sent in an earlier process. */
  void restore(DeviceId device, float[] model, List<GroupModel> shown) {
    had.put(device.name(), new Had(model, shown));
  }

  /** What all these have. */
  Models models(List<DeviceId> devices, int round) {
    Map<Had, Integer> known = new LinkedHashMap<>(); // arrays are equal if they are the same one
    Map<String, Integer> of = new HashMap<>();
    for (DeviceId device : devices) {
      Had has = had.getOrDefault(device.name(), NOTHING);
      of.put(device.name(), known.computeIfAbsent(has, one -> known.size()));
    }
    List<byte[]> jobs = new ArrayList<>();
    known
        .keySet()
        .forEach(
            has -> jobs.add(JobCodec.encode(new Job.Restore(round, has.model(), has.shown()))));
    return new Models(jobs, of);
  }
}
