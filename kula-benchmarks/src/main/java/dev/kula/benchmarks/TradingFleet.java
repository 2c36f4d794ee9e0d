package dev.kula.benchmarks;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.monitor.Ballots;
import dev.kula.monitor.FeatureSketch;
import dev.kula.monitor.Noise;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.privacy.PrivacyBudget;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.swap.PlanRequest;
import dev.kula.swap.SwapOrder;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A fleet that trades and rates, without data or models: deficit swaps are planned on profiles, and
 * a verdict is drawn with the frequency that gates gave it in real runs. Some of its devices attack
 * its reputations. Plans, ballots and reputations are the real ones.
 */
final class TradingFleet {
  static final int PLANNINGS = 40;
  static final int HONEST = 40;
  static final int ATTACKERS = 10;

  /** Planning in which sybils arrive. */
  static final int ARRIVAL = 10;

  private static final int SYBILS = 40;
  private static final int LAST = 10;
  private static final int LABELS = 10;

  /** What attackers do. */
  enum Conduct {
    NONE("nobody attacks", 0, 0),
    POISON("poison from the start", ATTACKERS, 0),
    COLLUSION("poison, praise each other, blame the rest", ATTACKERS, 0),
    SLOW("poison more and more, praise each other", ATTACKERS, 0),
    OSCILLATION("poison while trusted, recover, again", ATTACKERS, 0),
    WHITEWASHING("poison, leave and rejoin", ATTACKERS, 0),
    LATE_SYBILS("one party joins late with 40 names", 0, SYBILS),
    FREE_RIDING("take and never give", ATTACKERS, 0);

    final String text;
    final int founders;
    final int latecomers;

    Conduct(String text, int founders, int latecomers) {
      this.text = text;
      this.founders = founders;
      this.latecomers = latecomers;
    }

    boolean colludes() {
      return this == COLLUSION || this == SLOW || this == LATE_SYBILS;
    }
  }

  /**
   * How often a gate said useful and harmful; else it said neutral.
   *
   * <p>From {@code simulate --policy deficit --exchange raw --epsilon inf --attack label-flip} with
   * a fifth of attackers, seeds 101 and 102: honest receivers on 758 swaps from honest sources and
   * 25 from those that flip their labels.
   */
  private record Frequencies(double useful, double harmful) {
    static final Frequencies HONEST = new Frequencies(0.044, 0.036);
    static final Frequencies POISONED = new Frequencies(0.04, 0.24);
  }

  /**
   * What was left to attackers in the last ten plannings.
   *
   * @param honestQuota mean over honest devices
   * @param attackerQuota mean over attacking identities
   * @param party sum over attacking identities
   * @param harm share of all samples ordered from honest receivers that were poisoned
   * @param starved share of orders of honest receivers that were never answered
   */
  record Outcome(
      double honestQuota, double attackerQuota, double party, double harm, double starved) {}

  private final Conduct conduct;
  private final boolean knowsNewcomers;
  private final double rho;
  private final RandomGenerator random;
  private final Seed seed;
  private final Reputation reputation = new Reputation();
  private final Ballots ballots;
  private final List<DeviceId> honest = new ArrayList<>();
  private final List<DeviceId> attackers = new ArrayList<>();
  private final Map<DeviceId, double[]> labels = new TreeMap<>();
  private final Map<DeviceId, Integer> used = new TreeMap<>();
  private final TreeSet<DeviceId> recovering = new TreeSet<>();
  private long nextOrder = 1;
  private int names;

  /**
   * A fleet before its first planning.
   *
   * @param epsilon of a device's account, at δ 1e-5; infinite for outcomes without noise
   * @param knowsNewcomers whether the monitor tells those who come late from founders
   */
  TradingFleet(Conduct conduct, double epsilon, boolean knowsNewcomers, Seed seed) {
    this.conduct = conduct;
    this.knowsNewcomers = knowsNewcomers;
    this.seed = seed;
    this.random = seed.derive("fleet").generator();
    this.rho =
        PrivacyBudget.allocate(
                RenyiFilter.of(epsilon, 1e-5),
                new PrivacyBudget.Releases(PLANNINGS, PLANNINGS, 0, 0))
            .outcomeRho();
    this.ballots = new Ballots(rho);
    for (int i = 0; i < HONEST; i++) {
      honest.add(join("honest"));
    }
    for (int i = 0; i < conduct.founders; i++) {
      attackers.add(join("attacker"));
    }
  }

  private DeviceId join(String name) {
    DeviceId device = new DeviceId("%s-%04d".formatted(name, names++));
    double[] counts = new double[LABELS];
    for (int i = 0; i < 3; i++) {
      counts[random.nextInt(LABELS)] += 100;
    }
    labels.put(device, counts);
    return device;
  }

  /** Runs to the end. */
  Outcome run() {
    double[] sums = new double[4];
    long[] counts = new long[4];
    for (int planning = 0; planning < PLANNINGS; planning++) {
      boolean counted = planning >= PLANNINGS - LAST;
      if (planning == ARRIVAL) {
        for (int i = 0; i < conduct.latecomers; i++) {
          attackers.add(join("sybil"));
        }
      }
      if (conduct == Conduct.WHITEWASHING) {
        attackers.replaceAll(this::washed);
      }
      if (knowsNewcomers) {
        reputation.enrol(labels.keySet());
      }
      if (counted) {
        sums[0] += honest.stream().mapToDouble(reputation::quota).average().orElseThrow() / LAST;
        sums[1] += attackers.stream().mapToDouble(reputation::quota).average().orElse(0) / LAST;
        sums[2] += attackers.stream().mapToDouble(reputation::quota).sum() / LAST;
      }
      trade(planning, counted ? counts : new long[4]);
      reputation.decay();
    }
    return new Outcome(
        sums[0],
        sums[1],
        sums[2],
        counts[0] / (double) Math.max(1, counts[1]),
        counts[2] / (double) Math.max(1, counts[3]));
  }

  /** Itself, or a new name when that may trade more. */
  private DeviceId washed(DeviceId attacker) {
    if (reputation.isNewcomer(attacker)
        || reputation.quota(attacker) >= Reputation.NEWCOMER_QUOTA) {
      return attacker;
    }
    labels.remove(attacker);
    return join("attacker");
  }

  private void trade(int planning, long[] counts) {
    List<SwapOrder> orders = orders(planning);
    ballots.open();
    Map<DeviceId, List<SwapOrder>> byReceiver = new TreeMap<>();
    for (SwapOrder order : orders) {
      used.merge(order.source(), 1, Integer::sum);
      ballots.hand(order.receiver(), order.source());
      byReceiver.computeIfAbsent(order.receiver(), id -> new ArrayList<>()).add(order);
      if (honest.contains(order.receiver())) {
        boolean poisoned = poisons(order.source(), planning);
        counts[0] += poisoned ? order.samples() : 0;
        counts[1] += order.samples();
        counts[2] += answers(order.source()) ? 0 : 1;
        counts[3]++;
      }
    }
    byReceiver.forEach((receiver, received) -> rate(receiver, received, planning));
  }

  private List<SwapOrder> orders(int planning) {
    List<Profile> profiles = new ArrayList<>();
    labels.forEach((device, counts) -> profiles.add(profile(device, counts)));
    PlanRequest request =
        new PlanRequest(
            planning,
            profiles,
            own -> even(),
            Map.of(),
            used,
            reputation,
            SwapSettings.defaults(785, 8_000, 160_000),
            nextOrder,
            seed.derive("plan").derive(planning));
    List<SwapOrder> orders =
        SwapPolicy.parse("deficit").plan(request).stream().map(plan -> plan.order()).toList();
    nextOrder += orders.size();
    return orders;
  }

  private static double[] even() {
    double[] shares = new double[LABELS];
    Arrays.fill(shares, 1.0 / LABELS);
    return shares;
  }

  private static Profile profile(DeviceId device, double[] counts) {
    double[] sketches = new double[LABELS * FeatureSketch.DIMENSIONS];
    double samples = 0;
    for (int label = 0; label < LABELS; label++) {
      sketches[label * FeatureSketch.DIMENSIONS + label % FeatureSketch.DIMENSIONS] = counts[label];
      samples += counts[label];
    }
    return new Profile(
        device, 1, counts, sketches, samples * 0.8, samples * 0.2, 0.001, Noise.NONE);
  }

  private boolean attacks(DeviceId device) {
    return attackers.contains(device);
  }

  private boolean answers(DeviceId source) {
    return conduct != Conduct.FREE_RIDING || !attacks(source);
  }

  private boolean poisons(DeviceId source, int planning) {
    if (!attacks(source)) {
      return false;
    }
    return switch (conduct) {
      case NONE, FREE_RIDING -> false;
      case POISON, COLLUSION, WHITEWASHING, LATE_SYBILS -> true;
      case SLOW -> (planning + 1.0) / PLANNINGS > random.nextDouble();
      case OSCILLATION -> !recovers(source);
    };
  }

  /** Behaves from the day its quota falls below that of most until it is back. */
  private boolean recovers(DeviceId source) {
    double usual =
        honest.stream()
            .mapToDouble(reputation::quota)
            .sorted()
            .skip(HONEST / 2)
            .findFirst()
            .orElseThrow();
    double own = reputation.quota(source);
    if (own < 0.75 * usual) {
      recovering.add(source);
    } else if (own >= usual) {
      recovering.remove(source);
    }
    return recovering.contains(source);
  }

  private void rate(DeviceId receiver, List<SwapOrder> received, int planning) {
    Map<DeviceId, double[]> said = new TreeMap<>();
    boolean lies = attacks(receiver) && conduct.colludes();
    for (SwapOrder order : received) {
      DeviceId source = order.source();
      double[] counts = new double[3];
      boolean answered = lies ? attacks(source) : answers(source);
      if (lies) {
        counts[attacks(source) ? 0 : 2] = 1;
      } else if (answered) {
        counts[verdict(poisons(source, planning))] = 1;
      }
      if (ballots.use(receiver, source) == 0 || !reputation.mayRate(receiver)) {
        continue;
      }
      reputation.answered(source, answered ? 1 : 0, 1);
      if (answered || lies) {
        said.put(source, counts);
      }
    }
    double noise = Double.isFinite(rho) ? Math.sqrt(said.size() / rho) : 0;
    said.forEach(
        (source, counts) -> {
          for (int i = 0; i < counts.length; i++) {
            counts[i] += noise * random.nextGaussian();
          }
          ballots
              .count(receiver, source, new Ballots.Verdicts(counts[0], counts[1], counts[2], noise))
              .ifPresent(reputation::outcomes);
        });
  }

  private int verdict(boolean poisoned) {
    Frequencies often = poisoned ? Frequencies.POISONED : Frequencies.HONEST;
    double draw = random.nextDouble();
    if (draw < often.useful()) {
      return 0;
    }
    return draw < often.useful() + often.harmful() ? 2 : 1;
  }
}
