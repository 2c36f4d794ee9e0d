package dev.kula.kafka;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.round.Monitor;
import dev.kula.round.PerformanceMonitor;
import dev.kula.store.StateBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a monitor knows of one device, by which it is kept.
 *
 * @param declined whether its account is spent
 * @param granted samples that orders gave it, by label bin; empty if none did
 * @param used orders that it has served as a source
 * @param evidence for its reputation; empty if there is none
 * @param founder whether it was there from the beginning
 * @param present whether it was when the fleet was last counted
 * @param profile of the last census; empty if it sent none
 */
record DeviceMemory(
    boolean declined,
    Optional<double[]> granted,
    int used,
    Optional<Reputation.Evidence> evidence,
    boolean founder,
    boolean present,
    Optional<Profile> profile) {
  /** What is of no device. */
  static final String FLEET = ":fleet";

  /**
   * What a monitor knows of no single device.
   *
   * @param run that it is asked in
   * @param labels of all who were asked as they joined, counts
   * @param nextOrder number of the next order
   */
  record Fleet(String run, double[] labels, long nextOrder) {}

  /** All that a monitor knows, by device, and as {@link #FLEET}. */
  static SortedMap<String, byte[]> of(PerformanceMonitor monitor, String run) {
    Monitor.State state = monitor.state(0);
    SortedMap<String, Building> devices = new TreeMap<>();
    state.declined().forEach(name -> at(devices, name).declined = true);
    state.granted().forEach((name, counts) -> at(devices, name).granted = Optional.of(counts));
    state.used().forEach((name, orders) -> at(devices, name).used = orders);
    Reputation.State reputation = state.reputation();
    reputation
        .sources()
        .forEach(one -> at(devices, one.device().name()).evidence = Optional.of(one));
    reputation.founders().forEach(one -> at(devices, one.name()).founder = true);
    reputation.present().forEach(one -> at(devices, one.name()).present = true);
    monitor.profiles().forEach(one -> at(devices, one.device().name()).profile = Optional.of(one));
    SortedMap<String, byte[]> all = new TreeMap<>();
    devices.forEach((name, device) -> all.put(name, StateBytes.encode(device.built())));
    all.put(FLEET, StateBytes.encode(new Fleet(run, state.fleetLabels(), state.nextOrder())));
    return all;
  }

  private static Building at(Map<String, Building> devices, String name) {
    return devices.computeIfAbsent(name, key -> new Building());
  }

  private static final class Building {
    private boolean declined;
    private Optional<double[]> granted = Optional.empty();
    private int used;
    private Optional<Reputation.Evidence> evidence = Optional.empty();
    private boolean founder;
    private boolean present;
    private Optional<Profile> profile = Optional.empty();

    DeviceMemory built() {
      return new DeviceMemory(declined, granted, used, evidence, founder, present, profile);
    }
  }

  /** What {@link #of} gave of {@link #FLEET}. */
  static Fleet fleet(byte[] bytes) {
    return StateBytes.decode(bytes, Fleet.class);
  }

  /** Lets a monitor that knows nothing know what {@link #of} gave. */
  static void remember(SortedMap<String, byte[]> all, PerformanceMonitor monitor) {
    List<String> declined = new ArrayList<>();
    Map<String, double[]> granted = new TreeMap<>();
    Map<String, Integer> used = new TreeMap<>();
    List<Reputation.Evidence> sources = new ArrayList<>();
    List<DeviceId> founders = new ArrayList<>();
    List<DeviceId> present = new ArrayList<>();
    List<Envelope> profiles = new ArrayList<>();
    Fleet fleet = null;
    for (Map.Entry<String, byte[]> one : all.entrySet()) {
      String name = one.getKey();
      if (name.equals(FLEET)) {
        fleet = fleet(one.getValue());
        continue;
      }
      DeviceMemory device = StateBytes.decode(one.getValue(), DeviceMemory.class);
      DeviceId id = new DeviceId(name);
      if (device.declined()) {
        declined.add(name);
      }
      device.granted().ifPresent(counts -> granted.put(name, counts));
      if (device.used() > 0) {
        used.put(name, device.used());
      }
      device.evidence().ifPresent(sources::add);
      if (device.founder()) {
        founders.add(id);
      }
      if (device.present()) {
        present.add(id);
      }
      device
          .profile()
          .ifPresent(
              profile ->
                  profiles.add(
                      new Envelope(id, Envelope.MONITOR, new Message.ProfileReport(profile))));
    }
    if (fleet == null) {
      return; // nothing is known
    }
    monitor.restore(
        0,
        new Monitor.State(
            declined,
            fleet.labels(),
            granted,
            used,
            new Reputation.State(sources, founders, present),
            fleet.nextOrder()));
    monitor.hear(profiles);
  }
}
