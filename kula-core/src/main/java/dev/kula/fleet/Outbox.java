package dev.kula.fleet;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What servers have sent of models to devices, as devices remember it: so a device that is made
 * again has its model, and need not have been told of those before. Devices that were sent the same
 * have the same array here.
 *
 * <p>Not thread safe.
 */
public final class Outbox {
  private static final Had NOTHING = new Had(new float[0], List.of());

  private final Map<DeviceId, Had> had = new HashMap<>();

  /**
   * What a device has. Two are equal if the arrays are the same ones.
   *
   * @param model the last global one, as it was sent; empty if none was
   * @param shown models of all groups
   */
  public record Had(float[] model, List<GroupModel> shown) {}

  /** Notes what reaches devices. */
  public void sent(Collection<Envelope> envelopes) {
    IdentityHashMap<float[], Boolean> sound = new IdentityHashMap<>();
    IdentityHashMap<float[], IdentityHashMap<float[], float[]>> joined = new IdentityHashMap<>();
    for (Envelope envelope : envelopes) {
      if (!envelope.from().equals(Envelope.ORCHESTRATOR)) {
        continue;
      }
      DeviceId device = envelope.to();
      Had has = of(device);
      if (envelope.message() instanceof Message.GlobalModel model) {
        if (sound.computeIfAbsent(model.parameters(), Outbox::isFinite)) {
          float[] whole =
              joined
                  .computeIfAbsent(has.model(), before -> new IdentityHashMap<>())
                  .computeIfAbsent(model.parameters(), sent -> over(has.model(), sent));
          had.put(device, new Had(whole, has.shown()));
        }
      } else if (envelope.message() instanceof Message.GroupModels models) {
        had.put(device, new Had(has.model(), models.models()));
      } else if (envelope.message() instanceof Message.Assigned to && to.group() >= 0) {
        had.put(device, new Had(has.model(), List.of()));
      }
    }
  }

  /** Devices let lie what is no model. */
  private static boolean isFinite(float[] numbers) {
    boolean finite = true;
    for (float number : numbers) {
      finite &= Float.isFinite(number);
    }
    return finite;
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
  public void restore(DeviceId device, float[] model, List<GroupModel> shown) {
    had.put(device, new Had(model, shown));
  }

  /** What a device has. */
  public Had of(DeviceId device) {
    return had.getOrDefault(device, NOTHING);
  }
}
