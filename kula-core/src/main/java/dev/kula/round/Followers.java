package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.fleet.Fleet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who has the newest model, where some devices train still when it is sent.
 *
 * <p>Not thread safe.
 */
final class Followers {
  private final Fleet fleet;
  private final Set<DeviceId> behind = new TreeSet<>();

  Followers(Fleet fleet) {
    this.fleet = fleet;
  }

  /** Devices that are not at work. */
  List<DeviceId> free() {
    List<DeviceId> atWork = fleet.atWork();
    return fleet.devices().stream().filter(device -> !atWork.contains(device)).toList();
  }

  /** There is a new model: who is sent it now. The others are behind. */
  List<DeviceId> next() {
    List<DeviceId> free = free();
    free.forEach(behind::remove);
    behind.addAll(fleet.atWork());
    return free;
  }

  /** Of those who are free, who was behind, and is sent the newest model now. */
  List<DeviceId> back() {
    List<DeviceId> late = free().stream().filter(behind::contains).toList();
    late.forEach(behind::remove);
    return late;
  }

  /** Names of those who are behind, for a checkpoint. */
  List<String> state() {
    return behind.stream().map(DeviceId::name).toList();
  }

  /** Puts back what {@link #state} gave. */
  void restore(List<String> state) {
    state.forEach(device -> behind.add(new DeviceId(device)));
  }
}
