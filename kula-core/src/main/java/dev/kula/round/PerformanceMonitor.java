package dev.kula.round;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.device.Candidate;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.monitor.Findings;
import dev.kula.monitor.FleetComparison;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.swap.PlanRequest;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The performance monitoring service: asks for profiles, compares devices, plans swaps, and keeps
 * reputations. All it ever sees are noised profiles and sums of outcomes.
 */
final class PerformanceMonitor {
  /**
   * What a later plan still expects of samples that an earlier one ordered: the gate may refuse.
   */
  private static final double EXPECTED_SHARE = 0.5;

  private final RoundSettings settings;
  private final UnaryOperator<double[]> target;
  private final LabelSpace labels;
  private final Map<DeviceId, Profile> profiles = new TreeMap<>();
  private final Set<DeviceId> declined = new TreeSet<>();
  private final double[] fleetLabels;
  private final Map<DeviceId, double[]> granted = new TreeMap<>();
  private final Map<DeviceId, Integer> used = new TreeMap<>();
  private Reputation reputation = new Reputation();
  private long nextOrder = 1;

  /**
   * What the monitor remembers from one round to the next.
   *
   * @param declined devices whose account is spent
   * @param fleetLabels of all who were asked as they joined, counts
   * @param granted samples that orders gave each receiver, by label bin
   * @param used orders that each source has served
   */
  record State(
      List<String> declined,
      double[] fleetLabels,
      Map<String, double[]> granted,
      Map<String, Integer> used,
      Reputation.State reputation,
      long nextOrder) {}

  /**
   * A monitor without memories.
   *
   * @param target from a device's label shares to those that its model must serve
   * @param labels bins in which labels are counted
   */
  PerformanceMonitor(RoundSettings settings, UnaryOperator<double[]> target, LabelSpace labels) {
    this.settings = settings;
    this.target = target;
    this.labels = labels;
    this.fleetLabels = new double[labels.size()];
  }

  /** Requests for profiles to all who still report. */
  List<Envelope> requests(int round, List<DeviceId> devices) {
    reputation.enrol(devices);
    return census(round, devices);
  }

  /** Requests for profiles of which nothing is planned. */
  List<Envelope> census(int round, List<DeviceId> devices) {
    profiles.clear();
    return devices.stream()
        .filter(device -> !declined.contains(device))
        .map(device -> new Envelope(Envelope.MONITOR, device, new Message.ProfileRequest(round)))
        .toList();
  }

  /** Takes in a profile; whether it is the sender's own, and counts what this fleet counts. */
  boolean profile(DeviceId sender, Profile profile) {
    boolean sound = profile.device().equals(sender) && profile.bins() == labels.size();
    if (sound) {
      profiles.put(sender, profile);
    }
    return sound;
  }

  /** Notes that a device reports and swaps no more; whether that is news. */
  boolean decline(DeviceId device) {
    return declined.add(device);
  }

  /** Takes in a sum of outcomes. */
  void outcomes(Message.OutcomeSum message) {
    reputation.outcomes(message.sum());
  }

  /** Takes in whether a source answered. */
  void reliability(Message.Reliability message) {
    reputation.answered(message.source(), message.kept(), message.asked());
  }

  /** Whether what a receiver says of sources counts. */
  boolean mayRate(DeviceId receiver) {
    return reputation.mayRate(receiver);
  }

  /** One round has gone by. */
  void decay() {
    reputation.decay();
  }

  double reputation(DeviceId device) {
    return reputation.value(device);
  }

  /** What the profiles of this round say of the fleet. */
  RunEvent.Compared compare(int round) {
    Findings findings =
        FleetComparison.compare(List.copyOf(profiles.values()), labels, settings.errorRate());
    return new RunEvent.Compared(
        round,
        findings.errorRate(),
        findings.groups().stream()
            .map(group -> group.stream().map(DeviceId::name).toList())
            .toList(),
        findings.outliers().stream()
            .map(
                outlier ->
                    new RunEvent.Outlier(
                        outlier.device().name(),
                        outlier.component().name().toLowerCase(Locale.ROOT),
                        outlier.distance(),
                        outlier.pValue(),
                        outlier.detail()))
            .toList());
  }

  /** Whether it has a device's profile of this round. */
  boolean knows(DeviceId device) {
    return profiles.containsKey(device);
  }

  /** How many samples of each label a device seems to have. */
  double[] labelCounts(DeviceId device) {
    return labelCounts(List.of(device));
  }

  /** How many samples of each label devices seem to have together, as far as they have reported. */
  double[] labelCounts(List<DeviceId> devices) {
    double[] counts = new double[labels.size()];
    for (DeviceId device : devices) {
      Profile profile = profiles.get(device);
      double[] shares = profile == null ? new double[counts.length] : profile.labelDistribution();
      for (int label = 0; label < counts.length; label++) {
        counts[label] += shares[label] * (profile == null ? 0 : profile.samples());
      }
    }
    return counts;
  }

  /**
   * Counts the labels of devices that have joined, in addition to those before.
   *
   * @return shares of the labels of all
   */
  double[] counted(List<DeviceId> joined) {
    double[] counts = labelCounts(joined);
    for (int label = 0; label < counts.length; label++) {
      fleetLabels[label] += counts[label];
    }
    return Candidate.shares(fleetLabels);
  }

  /**
   * Plans swaps on the profiles of this round.
   *
   * @param groups of devices, within which samples may move
   */
  List<PlannedSwap> plan(int round, List<List<DeviceId>> groups) {
    List<PlannedSwap> plan = new ArrayList<>();
    Seed seed = settings.seed().derive("plan").derive(round);
    for (int group = 0; group < groups.size(); group++) {
      List<Profile> members =
          groups.size() == 1
              ? List.copyOf(profiles.values())
              : groups.get(group).stream().filter(this::knows).map(profiles::get).toList();
      if (!members.isEmpty()) { // else every account is spent, or nobody is there
        PlanRequest request =
            new PlanRequest(
                round,
                members,
                target,
                granted,
                used,
                reputation,
                settings.swaps(),
                nextOrder + plan.size(),
                groups.size() == 1 ? seed : seed.derive(group));
        plan.addAll(settings.policy().plan(request));
      }
    }
    if (groups.size() > 1) {
      plan.sort(Comparator.comparingDouble(planned -> -planned.score()));
    }
    plan = settings.swaps().withinBytes(plan);
    nextOrder += plan.size();
    granted.values().forEach(PerformanceMonitor::fade);
    plan.forEach(planned -> remember(planned.order()));
    return plan;
  }

  private static void fade(double[] counts) {
    for (int bin = 0; bin < counts.length; bin++) {
      counts[bin] *= EXPECTED_SHARE;
    }
  }

  private void remember(SwapOrder order) {
    used.merge(order.source(), 1, Integer::sum);
    double[] counts =
        granted.computeIfAbsent(order.receiver(), receiver -> new double[labels.size()]);
    for (int label : order.labels()) {
      counts[label] += EXPECTED_SHARE * order.samples() / order.labels().size();
    }
  }

  /** The reasons of a plan, for the report. */
  RunEvent.Ordered explain(PlannedSwap planned) {
    SwapOrder order = planned.order();
    return new RunEvent.Ordered(
        order.round(),
        order.number(),
        order.receiver().name(),
        order.source().name(),
        order.exchange().name().toLowerCase(Locale.ROOT),
        order.samples(),
        order.labels().stream().map(labels.names()::get).toList(),
        planned.deficit(),
        planned.coverage(),
        planned.similarity().value(),
        planned.similarity().labelDistance(),
        planned.similarity().featureDistance(),
        planned.similarity().metricDistance(),
        planned.reputation(),
        planned.score(),
        planned.why());
  }

  /** How the sources of past orders stand. */
  RunEvent.Reputations standings(int round) {
    List<RunEvent.Standing> standings = new ArrayList<>();
    for (DeviceId source : used.keySet()) {
      standings.add(
          new RunEvent.Standing(
              source.name(), reputation.quality(source), reputation.reliability(source)));
    }
    return new RunEvent.Reputations(round, standings);
  }

  State state() {
    Map<String, double[]> counts = new TreeMap<>();
    granted.forEach((device, samples) -> counts.put(device.name(), samples.clone()));
    Map<String, Integer> uses = new TreeMap<>();
    used.forEach((device, orders) -> uses.put(device.name(), orders));
    return new State(
        declined.stream().map(DeviceId::name).toList(),
        fleetLabels.clone(),
        counts,
        uses,
        reputation.state(),
        nextOrder);
  }

  void restore(State state) {
    declined.clear();
    System.arraycopy(state.fleetLabels(), 0, fleetLabels, 0, fleetLabels.length);
    granted.clear();
    used.clear();
    state.declined().forEach(name -> declined.add(new DeviceId(name)));
    state.granted().forEach((name, counts) -> granted.put(new DeviceId(name), counts.clone()));
    state.used().forEach((name, orders) -> used.put(new DeviceId(name), orders));
    reputation = Reputation.restore(state.reputation());
    nextOrder = state.nextOrder();
  }
}
