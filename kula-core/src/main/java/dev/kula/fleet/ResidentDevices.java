package dev.kula.fleet;

import dev.kula.data.DeviceId;
import dev.kula.data.SampleBatch;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.PersonalModel;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Devices that stay in memory. */
final class ResidentDevices implements Devices {
  private final NavigableMap<DeviceId, DeviceRuntime> runtimes = new TreeMap<>();
  private final Courses courses;

  ResidentDevices(List<DeviceRuntime> all, Courses courses) {
    all.forEach(runtime -> runtimes.put(runtime.id(), runtime));
    this.courses = courses;
  }

  @Override
  public NavigableSet<DeviceId> ids() {
    return runtimes.navigableKeySet();
  }

  @Override
  public void begin(int before, int round) {
    runtimes.forEach(
        (device, runtime) -> courses.met(device, before, round).ifPresent(runtime::meet));
  }

  @Override
  public <T> T work(DeviceId device, Function<DeviceRuntime, T> work) {
    return work.apply(runtime(device));
  }

  @Override
  public boolean takesUnseen(DeviceId device, List<Envelope> inbox) {
    return false;
  }

  @Override
  public void delivered(Collection<List<Envelope>> inboxes) {}

  @Override
  public double takeForwardPasses(DeviceId device) {
    return runtime(device).takeForwardPasses();
  }

  @Override
  public DeviceRuntime runtime(DeviceId device) {
    return Optional.ofNullable(runtimes.get(device))
        .orElseThrow(() -> new IllegalArgumentException("no device " + device));
  }

  @Override
  public Map<String, PersonalModel> personalModels() {
    SortedMap<String, PersonalModel> models = new TreeMap<>();
    runtimes.forEach(
        (id, runtime) -> runtime.personal().ifPresent(model -> models.put(id.name(), model)));
    return models;
  }

  @Override
  public Map<String, DeviceRuntime.State> states() {
    Map<String, DeviceRuntime.State> states = new TreeMap<>();
    runtimes.forEach((id, runtime) -> states.put(id.name(), runtime.state()));
    return states;
  }

  @Override
  public Map<String, SampleBatch> blocks() {
    Map<String, SampleBatch> blocks = new TreeMap<>();
    runtimes.values().forEach(runtime -> blocks.putAll(runtime.fetchedBlocks()));
    return blocks;
  }

  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    state
        .devices()
        .forEach(
            (name, device) -> {
              DeviceId id = new DeviceId(name);
              runtime(id).restore(device, state.blocks(), models.apply(id), shown);
            });
  }

  @Override
  public void close() {}
}
