package dev.kula.fleet;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Remembered;
import java.util.Optional;

/**
 * Where a fleet puts what devices are while they have nothing to do, so that memory holds those
 * alone that are at work. It lasts as long as the fleet and no longer; what a run goes on from
 * after a restart is its checkpoint.
 *
 * <p>Thread safe; a device is put and got by one thread at a time. Whatever is put comes back bit
 * for bit. All calls throw {@link KulaException}, RESOURCE, where the place is full or broken.
 */
public interface StateShelf extends AutoCloseable {
  /** Puts a device in the place of what was there of it. */
  void put(DeviceId device, Shelved shelved);

  /** What was put last of a device; empty if nothing was. */
  Optional<Shelved> get(DeviceId device);

  /** Forgets everything. */
  @Override
  void close();

  /**
   * A device that is not in the middle of swaps, without its data, its model and its settings.
   *
   * @param state as in a checkpoint
   * @param memory what it has in mind beside
   */
  record Shelved(DeviceRuntime.State state, Remembered memory) {}
}
