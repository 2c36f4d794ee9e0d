package dev.kula.wire;

import dev.kula.data.DeviceId;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.DeviceSettings;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import java.util.HashSet;
import java.util.List;

/**
 * All that the operator sets alike on all devices, so that the process of a device can make its
 * engine and its {@link dev.kula.device.DeviceRuntime}.
 *
 * @param model architecture
 * @param input shape of a sample
 * @param task what models predict
 * @param target what personal models must serve
 * @param schema what a sample looks like, as pointers say it, such as {@code 1x28x28, 784 bytes, 10
 *     labels}
 * @param devices what the devices are told
 * @param seed of the run; that of a device is derived from it and from its place among the members
 * @param members all devices of the fleet, in the order in which their seeds are numbered; the base
 *     set comes after them
 * @param data where devices have theirs from
 */
public record FleetSettings(
    ModelSpec model,
    InputShape input,
    Task task,
    TargetSpec target,
    String schema,
    DeviceSettings devices,
    long seed,
    List<DeviceId> members,
    FleetData data) {
  public FleetSettings {
    members = List.copyOf(members);
    if (schema.isBlank()) {
      throw new IllegalArgumentException("schema is blank, must say what a sample looks like");
    }
    if (new HashSet<>(members).size() < members.size()) {
      throw new IllegalArgumentException("members have a name twice, must be different devices");
    }
    if (data instanceof FleetData.Own own
        && !(own.schema().input().equals(input)
            && own.schema().task().equals(task)
            && own.schema().labels().equals(devices.labels()))) {
      throw new IllegalArgumentException(
          "schema is of %s for %s, must be of %s for %s"
              .formatted(own.schema().input(), own.schema().task(), input, task));
    }
  }

  /** The same with data from elsewhere. */
  public FleetSettings withData(FleetData other) {
    return new FleetSettings(model, input, task, target, schema, devices, seed, members, other);
  }
}
