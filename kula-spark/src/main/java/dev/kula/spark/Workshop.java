package dev.kula.spark;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.DeviceId;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.LocalModel;
import dev.kula.device.Workbench;
import dev.kula.fleet.CostModel;
import dev.kula.fleet.Courses;
import dev.kula.fleet.EnginePool.Engines;
import dev.kula.model.TrainingEngine;
import dev.kula.round.Roster;
import dev.kula.round.SimulationParts;
import dev.kula.server.Rehearsal;
import dev.kula.store.StateBytes;
import dev.kula.wire.Job;
import dev.kula.wire.SettingsCodec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one process has for a run: the dealt data, engines, and the devices that it has worked with,
 * so that it need not make them again. It owes nothing to anybody: what a device is stands in its
 * {@link Cell}, and a device that is further on, or not as far, or not there, is made again of
 * that.
 *
 * <p>Thread safe; a device is lent to one task at a time.
 */
final class Workshop implements AutoCloseable {
  private static final Map<String, Workshop> OPEN = new ConcurrentHashMap<>();

  private final SimulationParts parts;
  private final Roster roster;
  private final Courses courses;
  private final CostModel costs;
  private final Map<String, Worker> workers = new ConcurrentHashMap<>();
  private final Deque<Engines> idle = new ConcurrentLinkedDeque<>();

  /**
   * A device at hand.
   *
   * @param at number of the last command that it obeyed
   */
  record Worker(DeviceRuntime runtime, long at) {}

  private Workshop(SimulationParts parts) {
    this.parts = parts;
    this.roster = parts.roster();
    this.courses = roster.courses();
    this.costs = parts.costs(roster);
  }

  /** Opens that of this process with parts that it has made already. */
  static Workshop open(String run, SimulationParts parts) {
    Workshop made = new Workshop(parts);
    OPEN.put(run, made);
    closeOthers(run);
    return made;
  }

  /**
   * That of this process, which is made when it is first asked for.
   *
   * @throws KulaException the user's mistake, if this process deals other data than the first did
   */
  static Workshop of(Setup setup) {
    Workshop open = OPEN.computeIfAbsent(setup.run(), run -> new Workshop(same(setup)));
    closeOthers(setup.run());
    return open;
  }

  /** An executor outlives a run, and the next one begins when the last has ended. */
  private static void closeOthers(String run) {
    OPEN.keySet().stream().filter(other -> !other.equals(run)).forEach(Workshop::close);
  }

  private static SimulationParts same(Setup setup) {
    SimulationParts parts = setup.recipe().make();
    if (!Arrays.equals(settings(parts), setup.settings())) {
      throw KulaException.user(
          "a process of --fleet spark has dealt other data than the first, must find the same"
              + " files; put them where every machine sees them");
    }
    return parts;
  }

  /** What parts come to, the data included. */
  static byte[] settings(SimulationParts parts) {
    return SettingsCodec.encode(Rehearsal.settingsOf(parts.data(), parts.settings()));
  }

  /** Closes that of this process. */
  static void close(String run) {
    Workshop open = OPEN.remove(run);
    if (open != null) {
      open.close();
    }
  }

  AggregationStrategy strategy() {
    return parts.settings().rounds().strategy();
  }

  /** Takes engines off the bench, to be put back. */
  Engines lend() {
    Engines free = idle.poll();
    if (free != null) {
      return free;
    }
    TrainingEngine engine = parts.engine();
    return new Engines(
        engine, parts.engines().createHead(parts.settings().model(), engine), new LocalModel());
  }

  void giveBack(Engines engines) {
    idle.add(engines);
  }

  /** The device of a cell, as it is after the last command to it. Nobody else has it until then. */
  DeviceRuntime take(Cell cell, Engines engines) {
    Worker worker = workers.remove(cell.device());
    return worker != null && worker.at() == cell.at() ? worker.runtime() : again(cell, engines);
  }

  /** Puts a device back, after the last command to its cell. */
  void putBack(Cell cell, DeviceRuntime runtime) {
    workers.put(cell.device(), new Worker(runtime, cell.at()));
  }

  /** Makes a device again, and lets it do all that it did since its state was kept. */
  private DeviceRuntime again(Cell cell, Engines engines) {
    DeviceId id = new DeviceId(cell.device());
    DeviceRuntime runtime = roster.anew(id);
    if (cell.models() != null) {
      Kept kept = StateBytes.decode(cell.kept(), Kept.class);
      Job.Restore had = cell.models().value().of(cell.device());
      runtime.restore(kept.state(), kept.blocks(), had.model(), had.shown());
      courses.met(id, -1, cell.begun()).ifPresent(runtime::meet);
    }
    Desk desk = new Desk(this, engines);
    cell.told().forEach(entry -> desk.obey(runtime, entry));
    runtime.takeForwardPasses(); // they have been counted
    return runtime;
  }

  /** What a device comes into when a round begins. */
  void begin(DeviceRuntime runtime, Command.Begin begin) {
    courses.met(runtime.id(), begin.before(), begin.round()).ifPresent(runtime::meet);
  }

  Workbench bench(DeviceRuntime runtime, Engines engines, Instant now) {
    return new Workbench(
        engines.model(),
        engines.head(),
        engines.local(),
        now,
        costs.of(runtime.id()).secondsPerPass());
  }

  @Override
  public void close() {
    for (@Nullable Engines free = idle.poll(); free != null; free = idle.poll()) {
      free.model().close();
      free.head().close();
    }
    workers.clear();
  }
}
