package dev.kula.round;

import dev.kula.aggregate.FederatedAveraging;
import dev.kula.data.DeviceId;
import dev.kula.device.Candidate;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.TrialFold;
import dev.kula.fleet.Fleet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The part of a round in which devices try models: to find groups, or, where there are some, to go
 * to that which serves them best. One thread drives it, the round loop's.
 */
final class GroupRounds {
  private final Fleet fleet;
  private final RoundSettings settings;
  private final PerformanceMonitor monitor;
  private final Groups groups;
  private final Consumer<List<Envelope>> carry;
  private final LongConsumer updateBytes;
  private final Set<DeviceId> alarmed = new TreeSet<>();

  /** Who has been asked to try what; null for nobody. */
  private @Nullable Trying trying;

  /**
   * Trials in a fleet.
   *
   * @param groups are changed
   * @param carry lets the fleet carry messages, and {@link #tried} take the answers
   * @param updateBytes is told what updates took
   */
  GroupRounds(
      Fleet fleet,
      RoundSettings settings,
      PerformanceMonitor monitor,
      Groups groups,
      Consumer<List<Envelope>> carry,
      LongConsumer updateBytes) {
    this.fleet = fleet;
    this.settings = settings;
    this.monitor = monitor;
    this.groups = groups;
    this.carry = carry;
    this.updateBytes = updateBytes;
  }

  /** Finds groups, or lets every device go to the one whose model serves it best. */
  Optional<RunEvent> hold(int round) {
    carry.accept(monitor.requests(round, fleet.devices()));
    if (groups.count() > 1) {
      compete(round, fleet.devices());
      return Optional.empty();
    }
    return settings.searchesIn(round) ? search(round) : Optional.empty();
  }

  /** Lets devices for which things have changed go to the group that knows them. */
  void follow(int round) {
    if (groups.count() > 1) {
      alarmed.clear();
      List<Envelope> checks = new ArrayList<>();
      for (DeviceId device : fleet.devices()) {
        checks.add(new Envelope(Envelope.ORCHESTRATOR, device, new Message.DriftCheck(round)));
      }
      carry.accept(checks);
      compete(round, List.copyOf(alarmed), TrialFold.RECENT);
    }
  }

  /** Notes that a device has raised an alarm. */
  void alarmed(DeviceId device) {
    alarmed.add(device);
  }

  /** Takes in an answer to a trial; whether the device had been asked. */
  boolean tried(DeviceId device, Message.Tried answer) {
    Trying asked = trying;
    return asked != null && asked.tried(device, answer);
  }

  private Optional<RunEvent> search(int round) {
    List<DeviceId> cohort =
        fleet.available(round).stream()
            .filter(monitor::knows)
            .limit(GroupSearch.MOST_DEVICES)
            .toList();
    List<Fleet.TrainingTask> tasks =
        cohort.stream()
            .map(
                device ->
                    new Fleet.TrainingTask(
                        round, groups.model(0), settings.localPlan(), List.of(device)))
            .toList();
    List<Fleet.Folded> learnt = fleet.train(tasks, new FederatedAveraging());
    Map<DeviceId, GroupSearch.Lesson> lessons = new TreeMap<>();
    for (int i = 0; i < learnt.size(); i++) {
      Fleet.Folded folded = learnt.get(i);
      updateBytes.accept(folded.bytes());
      if (folded.updates() == 1) {
        DeviceId device = cohort.get(i);
        lessons.put(
            device,
            new GroupSearch.Lesson(folded.global(), folded.weight(), monitor.labelCounts(device)));
      }
    }
    if (lessons.size() < 2) {
      return Optional.empty();
    }
    GroupSearch search =
        new GroupSearch(
            round,
            groups.model(0),
            monitor.labelCounts(cohort),
            lessons,
            settings.seed().derive("groups").derive(round));
    trying = search::tried;
    carry.accept(search.choosing());
    carry.accept(search.guarding());
    trying = null;
    GroupSearch.Result result = search.result();
    if (result.count() > 1) {
      groups.divide(result.grouping(), result.count());
      compete(
          round,
          fleet.devices().stream()
              .filter(device -> !result.grouping().containsKey(device))
              .toList());
    }
    return Optional.of(grouped(round, result));
  }

  private RunEvent grouped(int round, GroupSearch.Result result) {
    return new RunEvent.Grouped(
        round,
        groups.members(fleet.devices()).stream()
            .map(members -> members.stream().map(DeviceId::name).toList())
            .toList(),
        result.gains());
  }

  /** Lets devices try the models of all groups, and go to that which serves them best. */
  void compete(int round, List<DeviceId> devices) {
    compete(round, devices, TrialFold.ALL);
  }

  private void compete(int round, List<DeviceId> devices, TrialFold fold) {
    if (devices.isEmpty()) {
      return;
    }
    List<double[]> shares = new ArrayList<>();
    for (List<DeviceId> members : groups.members(fleet.devices())) {
      shares.add(Candidate.shares(monitor.labelCounts(members)));
    }
    Set<DeviceId> asked = new HashSet<>(devices);
    trying =
        (device, answer) ->
            answer.fold() == fold
                && answer.gains().length == groups.count() - 1
                && asked.remove(device)
                && move(device, answer.gains());
    Map<Integer, List<Candidate>> seen = new TreeMap<>();
    List<Envelope> trials = new ArrayList<>();
    for (DeviceId device : devices) {
      double[] own = Candidate.shares(monitor.labelCounts(device));
      List<Candidate> models =
          seen.computeIfAbsent(groups.of(device), group -> models(group, shares));
      trials.add(
          new Envelope(Envelope.ORCHESTRATOR, device, new Message.Trial(round, fold, own, models)));
    }
    carry.accept(trials);
    trying = null;
    carry.accept(
        groups.deliveries(round, devices.stream().filter(d -> !asked.contains(d)).toList()));
  }

  /**
   * The models of all groups as the members of one see them; its own and the first change places.
   */
  private List<Candidate> models(int own, List<double[]> shares) {
    List<Candidate> models = new ArrayList<>();
    for (int group = 0; group < groups.count(); group++) {
      models.add(
          group == own
              ? Candidate.present(shares.get(group))
              : Candidate.of(groups.model(group), groups.model(own), shares.get(group)));
    }
    Collections.swap(models, 0, own);
    return models;
  }

  /** Moves a device to where it gains most; its own group, and the first, have changed places. */
  private boolean move(DeviceId device, double[] gains) {
    int own = groups.of(device);
    int best = 0;
    for (int place = 1; place <= gains.length; place++) {
      best = gains[place - 1] > (best == 0 ? 0 : gains[best - 1]) ? place : best;
    }
    groups.move(device, best == 0 ? own : best == own ? 0 : best);
    return true;
  }

  /** What is done with a device's answer to a trial; whether it had been asked. */
  @FunctionalInterface
  private interface Trying {
    boolean tried(DeviceId device, Message.Tried answer);
  }
}
