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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The performance monitoring service in this process. All it ever sees are noised profiles and sums
 * of outcomes.
 */
public final class PerformanceMonitor implements Monitor {
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
   * A monitor without memories.
   *
   * @param target from a device's label shares to those that its model must serve
   * @param labels bins in which labels are counted
   */
  public PerformanceMonitor(
      RoundSettings settings, UnaryOperator<double[]> target, LabelSpace labels) {
    this.settings = settings;
    this.target = target;
    this.labels = labels;
    this.fleetLabels = new double[labels.size()];
  }

  @Override
  public List<DeviceId> census(int round, List<DeviceId> devices, boolean fleet) {
    if (fleet) {
      reputation.enrol(devices);
    }
    profiles.clear();
    return devices.stream().filter(device -> !declined.contains(device)).toList();
  }

  @Override
  public List<Boolean> hear(List<Envelope> messages) {
    return messages.stream().map(this::hear).toList();
  }

  private boolean hear(Envelope envelope) {
    return switch (envelope.message()) {
      case Message.ProfileReport report -> profile(envelope.from(), report.profile());
      case Message.ProfileDeclined message -> declined.add(envelope.from());
      case Message.OutcomeSum message -> {
        reputation.outcomes(message.sum());
        yield true;
      }
      case Message.Reliability message -> {
        reputation.answered(message.source(), message.kept(), message.asked());
        yield true;
      }
      default -> false;
    };
  }

  /** Whether it is the sender's own, and counts what this fleet counts. */
  private boolean profile(DeviceId sender, Profile profile) {
    boolean sound = profile.device().equals(sender) && profile.bins() == labels.size();
    if (sound) {
      profiles.put(sender, profile);
    }
    return sound;
  }

  /**
   * Profiles of this census, by the names of their devices. With {@link #state}, all that the
   * monitor knows.
   */
  public List<Profile> profiles() {
    return List.copyOf(profiles.values());
  }

  private RunEvent.Compared compare(int round) {
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

  @Override
  public LabelCounts labels() {
    SortedMap<DeviceId, double[]> counts = new TreeMap<>();
    profiles.forEach((device, profile) -> counts.put(device, labelCounts(profile)));
    return new LabelCounts(labels.size(), counts);
  }

  private static double[] labelCounts(Profile profile) {
    double[] counts = profile.labelDistribution();
    for (int label = 0; label < counts.length; label++) {
      counts[label] *= profile.samples();
    }
    return counts;
  }

  @Override
  public double[] joined(List<DeviceId> devices) {
    double[] all = labels().of(devices);
    for (int label = 0; label < all.length; label++) {
      fleetLabels[label] += all[label];
    }
    return Candidate.shares(fleetLabels);
  }

  @Override
  public Plan plan(int round, List<List<DeviceId>> groups) {
    RunEvent.Compared compared = compare(round);
    List<PlannedSwap> swaps = swaps(round, groups);
    Set<DeviceId> unheard = new TreeSet<>();
    for (PlannedSwap planned : swaps) {
      DeviceId receiver = planned.order().receiver();
      if (!reputation.mayRate(receiver)) {
        unheard.add(receiver);
      }
    }
    return new Plan(compared, swaps, unheard);
  }

  private List<PlannedSwap> swaps(int round, List<List<DeviceId>> groups) {
    List<PlannedSwap> plan = new ArrayList<>();
    Seed seed = settings.seed().derive("plan").derive(round);
    for (int group = 0; group < groups.size(); group++) {
      List<Profile> members =
          groups.size() == 1
              ? List.copyOf(profiles.values())
              : groups.get(group).stream()
                  .filter(profiles::containsKey)
                  .map(profiles::get)
                  .toList();
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

  @Override
  public List<RunEvent.Standing> close() {
    reputation.decay();
    List<RunEvent.Standing> standings = new ArrayList<>();
    for (DeviceId source : used.keySet()) {
      standings.add(
          new RunEvent.Standing(
              source.name(), reputation.quality(source), reputation.reliability(source)));
    }
    return standings;
  }

  @Override
  public List<Double> reputations(List<DeviceId> devices) {
    return devices.stream().map(reputation::value).toList();
  }

  @Override
  public State state(int round) {
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

  @Override
  public void restore(int round, State state) {
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
