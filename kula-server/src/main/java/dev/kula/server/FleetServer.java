package dev.kula.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.device.Envelope;
import dev.kula.fleet.Conditions;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.Pace;
import dev.kula.round.Monitor;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.SettingsCodec;
import dev.kula.wire.v1.Welcome;
import io.grpc.BindableService;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The devices of a live fleet as their server has them: the {@link #service} that they connect to,
 * and the {@link #fleet} that a round loop drives.
 */
public final class FleetServer implements AutoCloseable {
  private static final int NAME_BYTES = 16;
  private static final long POLL_MILLIS = 20;

  private final Map<DeviceId, RemoteDevice> devices = new TreeMap<>();
  private final RemoteFleet fleet;
  private final Fleet watched;
  private final Onlooker onlooker;
  private final Optional<Participant> monitor;
  private final Patience patience;
  private final FleetService service;

  /**
   * A server that no device has connected to.
   *
   * @param settings set alike on all devices; its members are the devices
   * @param base does the jobs of the holder of the base set, and is closed with the server; empty
   *     if there is no base set
   * @param monitor what a monitor in a process of its own is told, which connects as devices do if
   *     it is not the tier's; empty if there is none
   * @param tier what other processes do
   * @param conditions time, and who is there when, made of whether a device is connected now
   * @param pace whose updates a round waits for
   * @param patience with devices
   * @param limit bytes of a result at the most
   * @param onlooker sees what devices are asked, could not do, or said and may not
   */
  public FleetServer(
      FleetSettings settings,
      Optional<Worker<?>> base,
      Optional<FleetSettings> monitor,
      Tier tier,
      Function<Predicate<DeviceId>, Conditions> conditions,
      Pace pace,
      Patience patience,
      long limit,
      Onlooker onlooker) {
    byte[] name = new byte[NAME_BYTES];
    new SecureRandom().nextBytes(name);
    ByteString server = UnsafeByteOperations.unsafeWrap(name);
    ByteString told = encoded(settings);
    this.patience = patience;
    List<Participant> all = new ArrayList<>();
    for (DeviceId member : settings.members()) {
      RemoteDevice device =
          new RemoteDevice(member, server, told, patience.absence(), limit, false);
      devices.put(member, device);
      all.add(device);
    }
    Welcome welcome = Welcome.newBuilder().setServer(server).setSettings(told).build();
    base.ifPresent(worker -> all.add(new ResidentDevice(worker, welcome)));
    this.monitor =
        monitor.map(
            set -> tier.monitor(set).orElseGet(() -> connecting(server, encoded(set), limit)));
    this.fleet =
        new RemoteFleet(
            all, conditions.apply(this::isPresent), pace, patience, onlooker, tier.summing());
    this.watched = onlooker.watched(fleet);
    this.onlooker = onlooker;
    this.service = new FleetService(this::attended);
  }

  private Participant connecting(ByteString server, ByteString told, long limit) {
    RemoteDevice one =
        new RemoteDevice(Envelope.MONITOR, server, told, patience.absence(), limit, true);
    devices.put(Envelope.MONITOR, one);
    return one;
  }

  private static ByteString encoded(FleetSettings settings) {
    return UnsafeByteOperations.unsafeWrap(SettingsCodec.encode(settings));
  }

  /** Who is told of the sessions of a device, or of the monitor if it is apart. */
  public Optional<Attended> attended(DeviceId id) {
    return Optional.ofNullable(devices.get(id));
  }

  /** What devices connect to. */
  public BindableService service() {
    return service;
  }

  /** What a round loop drives. */
  public Fleet fleet() {
    return watched;
  }

  /** The monitor that connects to this server; empty if there is none apart. */
  public Optional<Monitor> monitor(LabelSpace labels) {
    return monitor.map(one -> new RemoteMonitor(one, labels, patience.job(), onlooker));
  }

  /** How many are connected, of the devices and the monitor if it is apart. */
  public long present() {
    return devices.values().stream().filter(RemoteDevice::isPresent).count();
  }

  /** Bytes that one device has handed to another, as messages are counted. */
  public long directBytes() {
    return fleet.talk().direct();
  }

  /** Bytes that went from one device to another through this server. */
  public long relayedBytes() {
    return fleet.talk().relayed();
  }

  private boolean isPresent(DeviceId id) {
    RemoteDevice device = devices.get(id);
    return device != null && device.isPresent();
  }

  /** Names of those that are not connected. */
  public List<String> absent() {
    return devices.values().stream()
        .filter(device -> !device.isPresent())
        .map(device -> device.id().name())
        .toList();
  }

  /**
   * Waits until so many are connected.
   *
   * @return whether so many are connected
   */
  public boolean await(int count, Duration within) throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (present() < count) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  /** Tells all that the run has ended; who is not told goes on looking for the server. */
  public void end() {
    fleet.end();
    monitor.ifPresent(Participant::end);
  }

  @Override
  public void close() {
    fleet.close();
  }
}
