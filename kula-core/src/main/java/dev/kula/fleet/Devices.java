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
import java.util.NavigableSet;
import java.util.function.Function;

/**
 * The devices of a fleet in this process: all in memory, or those alone that are at work. Which it
 * is shows in no result.
 *
 * <p>Thread safe as far as {@link #work} goes, for one thread a device; all else is for the thread
 * that drives the fleet, while nobody works.
 */
public sealed interface Devices extends AutoCloseable permits ResidentDevices, ShelvedDevices {
  /** All in memory, from the beginning to the end. */
  static Devices resident(List<DeviceRuntime> runtimes, Courses courses) {
    return new ResidentDevices(runtimes, courses);
  }

  /** All of them, and the holder of the base set. */
  NavigableSet<DeviceId> ids();

  /** A round begins, after {@code before} had begun: devices take in what has come to them. */
  void begin(int before, int round);

  /** Lets one thread work with a device. */
  <T> T work(DeviceId device, Function<DeviceRuntime, T> work);

  /**
   * Whether a device would neither answer these messages nor work, so that it need not be asked.
   */
  boolean takesUnseen(DeviceId device, List<Envelope> inbox);

  /** Notes what has been delivered, seen or unseen. */
  void delivered(Collection<List<Envelope>> inboxes);

  /** Work that a device did since last asked. */
  double takeForwardPasses(DeviceId device);

  /** The device itself, if it stays in memory. */
  DeviceRuntime runtime(DeviceId device);

  /** The personal models of all that have one, by name and in the order of these. */
  Map<String, PersonalModel> personalModels();

  /** Durable states by name. */
  Map<String, DeviceRuntime.State> states();

  /** Content of the blocks that all have fetched, by name. */
  Map<String, SampleBatch> blocks();

  /** Puts back what {@link #states} and {@link #blocks} gave. */
  void restore(FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown);

  @Override
  void close();
}
