package dev.kula.round;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.device.ChangeProtection;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Rating;
import dev.kula.monitor.Ballots;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The server that picks cohorts, distributes the base set as pointers, and stands between receivers
 * and the monitor: it holds back what they say of a source until three of them have spoken.
 */
final class Orchestrator {
  private final Seed seed;
  private final double participation;
  private final Optional<AdaptiveClip> clip;
  private final Ballots ballots;

  /** Receivers of this planning whose word does not count yet. */
  private final Set<DeviceId> unheard = new HashSet<>();

  /**
   * An orchestrator without memories.
   *
   * @param privacy of the devices
   */
  Orchestrator(Seed seed, double participation, PrivacySettings privacy) {
    this.seed = seed;
    this.participation = participation;
    this.ballots = new Ballots(privacy.outcomeRho());
    this.clip =
        privacy.update() instanceof ChangeProtection.EachSample each
            ? each.search().map(search -> new AdaptiveClip(search.quantile(), each.steps().clip()))
            : Optional.empty();
  }

  /** The cohort of a round: a share of those available, uniformly, at least one. */
  List<DeviceId> cohort(int round, List<DeviceId> available) {
    return some(participation, available, seed.derive("cohort").derive(round));
  }

  /** Devices to be examined: in the end all of these, before that a share of them, uniformly. */
  List<DeviceId> examined(
      int round, Message.Occasion occasion, double share, List<DeviceId> devices) {
    return occasion == Message.Occasion.FINAL || share == 1
        ? devices
        : some(share, devices, seed.derive("examined").derive(round));
  }

  private static List<DeviceId> some(double share, List<DeviceId> devices, Seed chance) {
    List<DeviceId> pool = new ArrayList<>(devices);
    int size = RoundSettings.cohortSize(share, pool.size());
    RandomGenerator random = chance.generator();
    for (int i = 0; i < Math.min(size, pool.size()); i++) {
      int j = i + random.nextInt(pool.size() - i);
      DeviceId swapped = pool.get(i);
      pool.set(i, pool.get(j));
      pool.set(j, swapped);
    }
    return pool.subList(0, Math.min(size, pool.size())).stream().sorted().toList();
  }

  /** Orders that make every device fetch the base set through a pointer of its own lease. */
  List<Envelope> distributeBase(List<DeviceId> devices, int samples) {
    List<Envelope> orders = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      SwapOrder order =
          new SwapOrder(
              -1L - i,
              0,
              Envelope.BASE,
              devices.get(i),
              samples,
              List.of(),
              Exchange.RAW,
              Admission.UNGATED_BOTH,
              Selection.UNIFORM,
              0,
              true,
              Duration.ofDays(1),
              1);
      orders.addAll(envelopes(Envelope.ORCHESTRATOR, order));
    }
    return orders;
  }

  /** An order to both of its devices. */
  static List<Envelope> envelopes(DeviceId from, SwapOrder order) {
    return List.of(
        new Envelope(from, order.receiver(), new Message.Ordered(order)),
        new Envelope(from, order.source(), new Message.Ordered(order)));
  }

  /**
   * Notes what is ordered in this planning: who receives may rate its sources, once, and nobody
   * else.
   *
   * @param notCounted receivers whose word on their sources does not count
   */
  void ordered(List<SwapOrder> orders, Set<DeviceId> notCounted) {
    ballots.open();
    unheard.clear();
    for (SwapOrder order : orders) {
      if (!notCounted.contains(order.receiver())) {
        ballots.hand(order.receiver(), order.source());
      } else {
        unheard.add(order.receiver());
      }
    }
  }

  /**
   * What came of one receiver's outcomes.
   *
   * @param answers whether sources answered, for the monitor
   * @param sums over receivers that are enough now, for the monitor
   * @param voided ratings that counted for nothing
   */
  record Counted(List<Message.Reliability> answers, List<Message.OutcomeSum> sums, int voided) {}

  /** Takes in one receiver's outcomes. */
  Counted outcomes(DeviceId rater, Message.Outcomes outcomes) {
    List<Message.Reliability> answers = new ArrayList<>();
    List<Message.OutcomeSum> sums = new ArrayList<>();
    if (unheard.contains(rater)) {
      return new Counted(List.of(), List.of(), 0);
    }
    int voided = 0;
    for (Rating rating : outcomes.ratings()) {
      DeviceId source = rating.source();
      int orders = ballots.use(rater, source);
      if (rating.answered() < 0
          || rating.answered() > rating.asked()
          || rating.asked() > orders
          || rating.asked() == 0) {
        voided++; // no ballot, or more on it than was ordered
        continue;
      }
      answers.add(new Message.Reliability(source, rating.answered(), rating.asked()));
      if (rating.judged()) {
        Ballots.Verdicts said =
            new Ballots.Verdicts(
                rating.useful(), rating.neutral(), rating.harmful(), outcomes.noiseStddev());
        ballots.count(rater, source, said).map(Message.OutcomeSum::new).ifPresent(sums::add);
      }
    }
    return new Counted(answers, sums, voided);
  }

  /** Tells a cohort how to clip, and asks what that cuts; nothing if clips are fixed. */
  List<Envelope> clipQueries(int round, List<DeviceId> cohort) {
    return clip.stream()
        .map(followed -> new Message.ClipQuery(round, followed.clip()))
        .flatMap(query -> cohort.stream().map(to -> new Envelope(Envelope.ORCHESTRATOR, to, query)))
        .toList();
  }

  /** Takes in what a device counted; whether it was asked and these can be counts. */
  boolean counted(DeviceId device, Message.ClipCounts counts) {
    return clip.isPresent() && clip.get().counted(device, counts);
  }

  /** All have counted. */
  void moveClip() {
    clip.ifPresent(AdaptiveClip::follow);
  }

  /**
   * What the orchestrator remembers from one round to the next.
   *
   * @param clip of the next round; 0 if it is fixed
   */
  record State(Ballots.State ballots, float clip) {}

  State state() {
    return new State(ballots.state(), clip.map(AdaptiveClip::clip).orElse(0f));
  }

  void restore(State state) {
    ballots.restore(state.ballots());
    clip.ifPresent(followed -> followed.restore(state.clip()));
  }
}
