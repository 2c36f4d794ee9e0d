package dev.kula.round;

import dev.kula.aggregate.FederatedAveraging;
import dev.kula.data.DeviceId;
import dev.kula.device.Candidate;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.fleet.Fleet;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final Monitor monitor;
  private final Groups groups;
  private final Consumer<List<DeviceId>> census;
  private final Consumer<List<Envelope>> carry;
  private final LongConsumer updateBytes;

  /** Who has been asked to choose a group, and has not yet. */
  private final Set<DeviceId> choosing = new TreeSet<>();

  /** Who works with other models since. */
  private final Set<DeviceId> moved = new TreeSet<>();

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
      Monitor monitor,
      Groups groups,
      Consumer<List<DeviceId>> census,
      Consumer<List<Envelope>> carry,
      LongConsumer updateBytes) {
    this.fleet = fleet;
    this.settings = settings;
    this.monitor = monitor;
    this.groups = groups;
    this.census = census;
    this.carry = carry;
    this.updateBytes = updateBytes;
  }

  /** Whether devices try models in this round. */
  boolean areDue(int round) {
    return groups.count() > 1
        ? settings.triesIn(round)
        : groups.mayDivide() && settings.searchesIn(round);
  }

  /**
   * Asks for profiles, and finds groups or lets every device go to the one whose model serves it
   * best.
   */
  Optional<RunEvent> hold(int round) {
    census.accept(fleet.devices());
    if (groups.count() > 1) {
      showAll(round);
      return Optional.empty();
    }
    return search(round);
  }

  /** Lets devices for which things have changed go to the group that knows them. */
  void follow(int round) {
    if (groups.count() > 1) {
      let(round, fleet.devices(), new Message.DriftCheck(round));
    }
  }

  /** Takes in an answer to a trial; whether the device had been asked. */
  boolean tried(DeviceId device, Message.Tried answer) {
    Trying asked = trying;
    return asked != null && asked.tried(device, answer);
  }

  private Optional<RunEvent> search(int round) {
    LabelCounts labels = monitor.labels();
    List<DeviceId> cohort =
        fleet.available(round).stream()
            .filter(labels::knows)
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
            device, new GroupSearch.Lesson(folded.global(), folded.weight(), labels.of(device)));
      }
    }
    if (lessons.size() < 2) {
      return Optional.empty();
    }
    GroupSearch search =
        new GroupSearch(
            round,
            groups.model(0),
            labels.of(cohort),
            lessons,
            settings.seed().derive("groups").derive(round));
    trying = search::tried;
    carry.accept(search.choosing());
    carry.accept(search.guarding());
    trying = null;
    GroupSearch.Result result = search.result();
    if (result.isHopeless()) {
      groups.stayOne(true);
    }
    if (result.models().size() > 1) {
      groups.divide(result.grouping(), result.models(), result.common());
      carry.accept(groups.assignments(round));
      carry.accept(groups.deliveries(round, fleet.devices()));
    }
    RunEvent found = grouped(round, result);
    if (groups.count() > 1) {
      showAll(round); // and who did not take part goes where it is served best
    }
    return Optional.of(found);
  }

  private RunEvent grouped(int round, GroupSearch.Result result) {
    return new RunEvent.Grouped(
        round,
        groups.members(fleet.devices()).stream()
            .limit(groups.count()) // nobody has chosen to be in none yet
            .map(members -> members.stream().map(DeviceId::name).toList())
            .toList(),
        result.gains());
  }

  /** Shows devices that join what the others know of groups; with them there may be some. */
  void joined(int round, List<DeviceId> devices) {
    groups.stayOne(false);
    show(round, devices);
  }

  private void show(int round, List<DeviceId> devices) {
    if (groups.count() > 1) {
      let(round, devices, new Message.GroupModels(round, groups.shown()));
    }
  }

  /** Shows all devices the models of all groups as they are. */
  private void showAll(int round) {
    List<GroupModel> models = new ArrayList<>();
    List<List<DeviceId>> trainers = groups.trainers(fleet.devices());
    LabelCounts labels = monitor.labels();
    for (int group = 0; group < groups.count(); group++) {
      double[] shares = Candidate.shares(labels.of(trainers.get(group)));
      models.add(GroupModel.of(groups.model(group), shares));
    }
    groups.show(models);
    show(round, fleet.devices());
  }

  /** Lets devices choose groups, and gives those that go to another its model. */
  private void let(int round, List<DeviceId> devices, Message question) {
    choosing.addAll(devices);
    moved.clear();
    carry.accept(
        devices.stream()
            .map(device -> new Envelope(Envelope.ORCHESTRATOR, device, question))
            .toList());
    choosing.clear();
    carry.accept(groups.deliveries(round, List.copyOf(moved)));
  }

  /** Takes in a choice; whether the device had been asked, and there are such groups. */
  boolean chosen(DeviceId device, Message.Chosen answer) {
    int[] earlier = Arrays.stream(answer.earlier()).distinct().sorted().toArray();
    boolean sound =
        groups.exists(answer.present())
            && earlier.length == answer.earlier().length
            && Arrays.stream(earlier).allMatch(groups::exists)
            && Arrays.stream(earlier).noneMatch(group -> group == answer.present());
    if (!sound || !choosing.remove(device)) {
      return false;
    }
    if (groups.move(device, answer.present(), earlier)) {
      moved.add(device);
    }
    return true;
  }

  /** What is done with a device's answer to a trial; whether it had been asked. */
  @FunctionalInterface
  private interface Trying {
    boolean tried(DeviceId device, Message.Tried answer);
  }
}
