package dev.kula.round;

import dev.kula.aggregate.Broadcast;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Personalization;
import dev.kula.device.Settlement;
import dev.kula.fleet.Fleet;
import dev.kula.swap.PlannedSwap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The rounds of one run, in a simulation and in a live fleet alike. Each round:
 *
 * <ol>
 *   <li>leases that the operator wants used no more are taken back;
 *   <li>every few rounds, the monitor asks for profiles, compares devices and orders swaps;
 *       pointers are offered, resolved and decided on;
 *   <li>a cohort trains on its shared ledgers, and its updates fold into the next global model;
 *   <li>devices, all or a share, make their personal models of it and are examined;
 *   <li>the round is recorded, the state is offered as a checkpoint, and the run may stop.
 * </ol>
 */
public final class RoundLoop {
  private final Fleet fleet;
  private final RoundSettings settings;
  private final Orchestrator orchestrator;
  private final Monitor monitor;
  private final Evaluator evaluator;
  private final RunListener listener;
  private final LabelSpace labels;
  private final int baseSamples;
  private final long startNanos;

  private final List<RoundRecord> history = new ArrayList<>();
  private final List<RunEvent> events = new ArrayList<>();

  /** Orders of the planning under way that their receivers have settled. */
  private final Set<Long> settled = new HashSet<>();

  private final StandingRevocations revocations = new StandingRevocations();
  private final Groups groups;
  private final GroupRounds trials;
  private Traffic traffic = Traffic.NONE;
  private long eventCount;
  private int round;
  private String stopped = "";
  private double earlierWallSeconds;
  private Evaluator.Scores scores;

  RoundLoop(
      Fleet fleet,
      RoundSettings settings,
      Orchestrator orchestrator,
      Monitor monitor,
      Evaluator evaluator,
      RunListener listener,
      LabelSpace labels,
      int baseSamples,
      float[] initial) {
    this.fleet = fleet;
    this.settings = settings;
    this.orchestrator = orchestrator;
    this.monitor = monitor;
    this.evaluator = evaluator;
    this.listener = listener;
    this.labels = labels;
    this.baseSamples = baseSamples;
    this.groups = new Groups(initial);
    this.trials =
        new GroupRounds(fleet, settings, monitor, groups, this::census, this::carry, this::account);
    this.startNanos = System.nanoTime();
    this.scores = Evaluator.Scores.NONE;
  }

  /** Goes on after the round of a checkpoint. */
  void restore(RunState state) {
    groups.restore(state.groups());
    fleet.restore(state.fleet(), device -> groups.model(groups.of(device)), groups.shown());
    orchestrator.restore(state.orchestrator());
    monitor.restore(state.round(), state.monitor());
    evaluator.restore(state.evaluator());
    revocations.restore(state.revocations());
    traffic = state.traffic();
    history.addAll(state.history());
    eventCount = state.events();
    round = state.round();
    earlierWallSeconds = history.isEmpty() ? 0 : history.getLast().wallSeconds();
    stopped = state.stopped();
  }

  /** Runs until the round limit or convergence. */
  public void run() {
    List<DeviceId> first = fleet.begin(round);
    if (round == 0) {
      admit(first);
      if (settings.plansIn(round)) {
        swap(false);
      }
    } else if (!stopped.isEmpty()) {
      examine(Message.Occasion.FINAL);
    }
    while (stopped.isEmpty()) {
      round++;
      admit(fleet.begin(round));
      revoke();
      trials.follow(round);
      boolean reported = trials.areDue(round);
      if (reported) {
        trials.hold(round).ifPresent(events::add);
      }
      if (settings.plansIn(round)) {
        swap(reported);
      }
      Trained trained = train();
      boolean last = round == settings.rounds();
      examine(last ? Message.Occasion.FINAL : Message.Occasion.ROUND);
      record(trained);
      finishRound();
    }
  }

  /** Gives devices that join the base set and the model, and asks what labels they have. */
  private void admit(List<DeviceId> joining) {
    if (joining.isEmpty()) {
      return;
    }
    if (baseSamples > 0) {
      carry(orchestrator.distributeBase(joining, baseSamples));
      carry(to(joining, new Message.CloseSwaps(round)));
    }
    carry(groups.deliveries(round, joining));
    if (settings.labelPrior()) {
      ask(monitor.census(round, joining, false));
      carry(to(fleet.devices(), new Message.FleetLabels(round, monitor.joined(joining))));
    }
    trials.joined(round, joining);
  }

  /** Tells devices of leases that the operator wants used no more. */
  private void revoke() {
    revocations.ask(listener.revocations());
    List<Envelope> told = revocations.envelopes(round, fleet.atWork());
    if (!told.isEmpty()) {
      carry(told);
    }
  }

  private List<DeviceId> free() {
    List<DeviceId> atWork = fleet.atWork();
    return fleet.devices().stream().filter(device -> !atWork.contains(device)).toList();
  }

  /** In the end all are examined, on the last model. */
  private void examine(Message.Occasion occasion) {
    List<DeviceId> atWork = fleet.atWork();
    if (occasion == Message.Occasion.FINAL && !atWork.isEmpty()) {
      fleet.gather();
      carry(groups.deliveries(round, atWork, settings::travelling));
    }
    List<DeviceId> asked = orchestrator.examined(round, occasion, settings.examined(), free());
    carry(to(asked, new Message.Examine(round, occasion)));
    scores = evaluator.scores();
    events.addAll(evaluator.takeChanges());
  }

  private Trained train() {
    if (settings.personalization() == Personalization.LOCAL) {
      return new Trained(0, 0);
    }
    List<DeviceId> cohort = orchestrator.cohort(round, fleet.available(round));
    carry(orchestrator.clipQueries(round, cohort));
    carry(groups.earlierModels(round, cohort));
    List<Fleet.TrainingTask> tasks =
        groups.tasks(round, settings.localPlan(), cohort, settings::travelling);
    List<Fleet.Folded> folded = fleet.train(tasks, settings.strategy());
    orchestrator.moveClip();
    groups.train(tasks, folded, settings.strategy().optimizer(), fleet.devices().size());
    int updates = 0;
    double weight = 0;
    double loss = 0;
    for (Fleet.Folded one : folded) {
      updates += one.updates();
      weight += one.weight();
      loss += one.weight() * one.trainingLoss();
      account(one.bytes());
    }
    // Who trains still gets the model that is the newest when it is done.
    carry(groups.deliveries(round, free(), settings::travelling));
    return new Trained(
        updates, folded.size() == 1 ? folded.getFirst().trainingLoss() : loss / weight);
  }

  /**
   * What cohorts did.
   *
   * @param updates number of updates folded
   * @param loss weighted mean of the devices' losses in their last local epoch
   */
  private record Trained(int updates, double loss) {}

  private void swap(boolean reported) {
    if (!reported) {
      census(fleet.devices());
    }
    Monitor.Plan made = monitor.plan(round, groups.members(fleet.devices()));
    events.add(made.compared());
    List<Envelope> orders = new ArrayList<>();
    List<PlannedSwap> plan = made.swaps();
    for (PlannedSwap planned : plan) {
      events.add(RunEvent.Ordered.of(planned, labels));
      orders.addAll(Orchestrator.envelopes(Envelope.MONITOR, planned.order()));
    }
    orchestrator.ordered(plan.stream().map(PlannedSwap::order).toList(), made.unheard());
    evaluator.ordered(plan.size());
    settled.clear();
    carry(orders);
    carry(to(fleet.devices(), new Message.CloseSwaps(round)));
    for (PlannedSwap planned : plan) {
      if (!settled.contains(planned.order().number())) {
        evaluator.unreached(round, planned.order()).ifPresent(events::add);
      }
    }
    events.add(new RunEvent.Reputations(round, monitor.close()));
  }

  private static List<Envelope> to(List<DeviceId> devices, Message message) {
    return devices.stream().map(to -> new Envelope(Envelope.ORCHESTRATOR, to, message)).toList();
  }

  /** Asks all of these devices who still report for their profiles. */
  private void census(List<DeviceId> devices) {
    ask(monitor.census(round, devices, true));
  }

  private void ask(List<DeviceId> devices) {
    carry(
        devices.stream()
            .map(to -> new Envelope(Envelope.MONITOR, to, new Message.ProfileRequest(round)))
            .toList());
  }

  /** Lets the fleet carry messages, and the servers read what is for them. */
  private void carry(List<Envelope> messages) {
    Fleet.Delivery delivery = fleet.carry(round, messages);
    traffic = traffic.plus(Traffic.of(delivery.bytes()));
    List<Envelope> forMonitor = new ArrayList<>();
    for (Envelope envelope : delivery.toServers()) {
      read(envelope, forMonitor);
    }
    if (!forMonitor.isEmpty()) {
      tell(forMonitor);
    }
  }

  private void tell(List<Envelope> messages) {
    List<Boolean> counts = monitor.hear(messages);
    for (int i = 0; i < messages.size(); i++) {
      DeviceId from = messages.get(i).from();
      Message message = messages.get(i).message();
      if (message instanceof Message.ProfileReport report) {
        if (counts.get(i)) {
          events.add(RunEvent.Profiled.of(round, report.profile()));
        } else {
          ignore(from, "a profile that is not its own, or not of this fleet's labels");
        }
      } else if (message instanceof Message.ProfileDeclined declined && counts.get(i)) {
        events.add(
            new RunEvent.AccountSpent(round, from.name(), "profile", declined.spentEpsilon()));
      }
    }
  }

  private void read(Envelope envelope, List<Envelope> forMonitor) {
    DeviceId from = envelope.from();
    switch (envelope.message()) {
      case Message.Examined examined -> evaluator.examined(from, examined);
      case Message.ProfileReport report -> forMonitor.add(envelope);
      case Message.ProfileDeclined declined -> forMonitor.add(envelope);
      case Message.Settled message -> settled(message.settlement());
      case Message.Outcomes outcomes -> {
        Orchestrator.Counted counted = orchestrator.outcomes(from, outcomes);
        if (counted.voided() > 0) {
          ignore(from, counted.voided() + " ratings without an order, or beyond it");
        }
        Stream.concat(counted.answers().stream(), counted.sums().stream())
            .forEach(message -> forMonitor.add(betweenServers(message)));
      }
      case Message.OutcomeSum message -> ignore(envelope);
      case Message.Reliability message -> ignore(envelope);
      case Message.Tried answer -> {
        if (!trials.tried(from, answer)) {
          ignore(from, "losses in a trial that nobody asked for, or that are none");
        }
      }
      case Message.Chosen chosen -> {
        if (!trials.chosen(from, chosen)) {
          ignore(from, "a choice of a group that nobody asked for, or that there is not");
        }
      }
      case Message.DriftCheck message -> ignore(envelope);
      case Message.Assigned message -> ignore(envelope);
      case Message.FleetLabels message -> ignore(envelope);
      case Message.ClipCounts counts -> {
        if (!orchestrator.counted(from, counts)) {
          ignore(from, "counts of gradients that nobody asked for, or that are none");
        }
      }
      case Message.ClipQuery message -> ignore(envelope);
      case Message.Modelling message -> ignore(envelope);
      case Message.Examine message -> ignore(envelope);
      case Message.ProfileRequest message -> ignore(envelope);
      case Message.Visiting message -> ignore(envelope);
      case Message.Fetched message -> ignore(envelope);
      case Message.Revoked revoked -> {
        if (!revocations.isAwaited(from, revoked.order())) {
          ignore(from, "that it has heard of a revocation of which it was not told");
        }
        revocations
            .heard(from, revoked.order())
            .ifPresent(lease -> events.add(RunEvent.Revoked.of(round, lease)));
      }
      case Message.Pointing message -> ignore(envelope);
      case Message.Sealed message -> ignore(envelope);
      case Message.Handed message -> ignore(envelope);
    }
  }

  private void account(long updateBytes) {
    traffic = traffic.plus(new Traffic(updateBytes, 0, 0, 0, 0, 0, 0));
  }

  private Envelope betweenServers(Message message) {
    traffic = traffic.plus(Traffic.of(Map.of(message.kind(), message.bytes())));
    return new Envelope(Envelope.ORCHESTRATOR, Envelope.MONITOR, message);
  }

  private void settled(Settlement settlement) {
    if (settlement.order().source().equals(Envelope.BASE)) {
      evaluator.copied(settlement);
    } else {
      settled.add(settlement.order().number());
      events.add(evaluator.settled(round, settlement));
    }
  }

  private void ignore(Envelope envelope) {
    ignore(
        envelope.from(),
        "a %s, which no device sends to a server"
            .formatted(envelope.message().getClass().getSimpleName()));
  }

  private void ignore(DeviceId from, String what) {
    events.add(new RunEvent.Ignored(round, from.name(), what));
  }

  private void record(Trained trained) {
    history.add(
        new RoundRecord(
            settings.method(),
            settings.seed().value(),
            round,
            trained.updates(),
            trained.loss(),
            scores.mean(),
            scores.worstDecile(),
            scores.loss(),
            evaluator.global(models(), groups.members(fleet.devices())),
            fleet.elapsed().toNanos() / 1e9,
            traffic.plus(evaluator.copies()),
            evaluator.swaps(),
            // Not all are examined in each round, and what was spent is spent.
            Math.max(scores.epsilonMax(), history.isEmpty() ? 0 : history.getLast().epsilonMax()),
            earlierWallSeconds + (System.nanoTime() - startNanos) / 1e9));
  }

  private void finishRound() {
    Optional<String> convergence = settings.convergence().reason(history);
    if (round == settings.rounds()) {
      stopped = "round limit of " + settings.rounds();
    } else if (convergence.isPresent()) {
      stopped = convergence.get();
      examine(Message.Occasion.FINAL);
    }
    if (!stopped.isEmpty()) {
      events.add(new RunEvent.Stopped(round, stopped));
    }
    eventCount += events.size();
    listener.round(history.getLast(), List.copyOf(events));
    events.clear();
    listener.checkpoint(this::state);
  }

  private RunState state() {
    revocations.ask(listener.revocations()); // what was asked for meanwhile is not lost
    return new RunState(
        round,
        groups.state(),
        fleet.state(),
        orchestrator.state(),
        monitor.state(round),
        evaluator.state(),
        revocations.state(),
        traffic,
        List.copyOf(history),
        eventCount,
        stopped);
  }

  /** The global model, or one a group and the common one; without what a strategy sends beside. */
  public List<float[]> models() {
    Broadcast broadcast = settings.strategy().broadcast();
    List<float[]> models = new ArrayList<>();
    for (float[] sent : groups.models()) {
      for (int model = 0; model < broadcast.models(); model++) {
        models.add(broadcast.model(sent, model));
      }
    }
    return models;
  }

  /** Who is in which group. */
  Groups groups() {
    return groups;
  }

  /** Every round so far. */
  public List<RoundRecord> history() {
    return List.copyOf(history);
  }

  /** Why the run ended; empty if it has not. */
  public String stopped() {
    return stopped;
  }

  /** Scores of the last round by device. */
  Evaluator.Scores scores() {
    return scores;
  }
}
