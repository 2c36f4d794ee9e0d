package dev.kula.swap;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.monitor.Deficit;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The devices of a plan by deficit, in columns: what each lacks and has, and what it is worth as a
 * source. Numbered as the profiles that it was made of. Thread safe, except while deficits are
 * being met.
 */
final class Traders {
  /** Devices that lack more than this are offered what they lack. */
  private static final double ORDER_FROM = 0.1;

  private static final double FULL_SIZE_AT = 0.3;
  private static final double EXPLORATION_SHARE = 0.1;

  /** Samples of a label that a source must seem to have, in standard deviations of its noise. */
  private static final double SIGNIFICANT = 2;

  private static final double LEAST_SAMPLES = 3;

  private final PlanRequest request;
  private final List<Profile> profiles;
  private final Portraits portraits;
  private final int labels;

  /** Row-major {@code [devices, labels]}, as what is held. */
  private final double[] deficits;

  private final double[] held;
  private final double[] lacks;
  private final double[] samples;
  private final int[] budgets;
  private final double[] reputations;
  private final double[] quotas;
  private final double[] discounts;

  /**
   * Looks at the devices of a request.
   *
   * @param profiles of the request, in whatever order
   * @param portraits of these profiles
   */
  Traders(PlanRequest request, List<Profile> profiles, Portraits portraits) {
    this.request = request;
    this.profiles = profiles;
    this.portraits = portraits;
    int size = profiles.size();
    labels = portraits.bins();
    deficits = new double[size * labels];
    held = new double[size * labels];
    lacks = new double[size];
    samples = new double[size];
    budgets = new int[size];
    reputations = new double[size];
    quotas = new double[size];
    discounts = new double[size];
    // The target is the caller's, and reputations keep what they have worked out: one thread at a
    // time.
    double[][] targets = new double[size][];
    synchronized (request) {
      for (int i = 0; i < size; i++) {
        DeviceId device = profiles.get(i).device();
        targets[i] = request.target().apply(shares(i));
        reputations[i] = request.reputation().value(device);
        quotas[i] = request.reputation().quota(device);
        discounts[i] = 1 + 0.5 * request.used().getOrDefault(device, 0);
      }
    }
    IntStream.range(0, size).parallel().forEach(i -> describe(i, targets[i]));
  }

  private double[] shares(int i) {
    double[] shares = new double[labels];
    System.arraycopy(portraits.shares(), i * labels, shares, 0, labels);
    return shares;
  }

  private void describe(int i, double[] target) {
    Profile profile = profiles.get(i);
    samples[i] = profile.samples();
    budgets[i] = request.quota(profile);
    double[] shares = shares(i);
    double least = Math.max(LEAST_SAMPLES, SIGNIFICANT * profile.noise().labelStddev());
    for (int label = 0; label < labels; label++) {
      held[i * labels + label] = shares[label] * samples[i] >= least ? shares[label] : 0;
    }
    double[] deficit = deficit(i, shares, target);
    System.arraycopy(deficit, 0, deficits, i * labels, labels);
    lacks[i] = Deficit.sum(deficit);
  }

  private double[] deficit(int i, double[] own, double[] target) {
    double[] had = new double[labels];
    double[] granted = request.granted().getOrDefault(profiles.get(i).device(), had);
    double total = samples[i];
    for (double count : granted) {
      total += count;
    }
    for (int label = 0; label < labels; label++) {
      had[label] = (own[label] * samples[i] + granted[label]) / total;
    }
    return Deficit.of(target, had, Math.min(Deficit.THRESHOLD, 0.25 / labels));
  }

  int size() {
    return lacks.length;
  }

  int labels() {
    return labels;
  }

  DeviceId device(int i) {
    return profiles.get(i).device();
  }

  Portraits portraits() {
    return portraits;
  }

  /** What a receiver lacks of a label, halved with each order for it. */
  double deficit(int receiver, int label) {
    return deficits[receiver * labels + label];
  }

  /** Whether it lacked so much at first that it is offered something. */
  boolean lacks(int receiver) {
    return lacks[receiver] > ORDER_FROM;
  }

  /** Share of a label with a source, 0 if it does not seem to hold any. */
  double held(int source, int label) {
    return held[source * labels + label];
  }

  /** Samples of a label with a source. */
  double count(int source, int label) {
    return held(source, label) * samples[source];
  }

  /** What a source is worth to all alike, above 0. */
  double worth(int source) {
    return reputations[source] / discounts[source];
  }

  /** deficit · p_source. */
  double overlap(int receiver, int source) {
    double overlap = 0;
    int r = receiver * labels;
    int s = source * labels;
    for (int label = 0; label < labels; label++) {
      overlap += deficits[r + label] * held[s + label];
    }
    return overlap;
  }

  /** The score of a pair of which the receiver lacks something. */
  double score(int receiver, int source) {
    return overlap(receiver, source)
        * Math.exp(-2 * portraits.featureDistance(receiver, source))
        * reputations[source]
        / discounts[source];
  }

  /** By what a pair comes in a plan: its score, or its curiosity. */
  double rank(int receiver, int source) {
    return lacks(receiver) ? score(receiver, source) : curiosity(receiver, source);
  }

  /** The score of a pair of which the receiver lacks nothing, below that of all others. */
  double curiosity(int receiver, int source) {
    return 1e-6 * portraits.similarity(receiver, source).value() * reputations[source];
  }

  /** Samples that an order would be for. */
  int orderSize(int receiver, int source) {
    double quota = budgets[receiver] * quotas[source];
    double part = lacks(receiver) ? Math.min(1, lacks[receiver] / FULL_SIZE_AT) : EXPLORATION_SHARE;
    return (int) Math.floor(quota * part);
  }

  /** The order of a receiver from a source. */
  PlannedSwap order(int receiver, int source, int index) {
    Similarity similarity = portraits.similarity(receiver, source);
    List<Integer> wanted = new ArrayList<>();
    double coverage = 0;
    String why;
    if (lacks(receiver)) {
      double lacking = 0;
      double covered = 0;
      for (int label = 0; label < labels; label++) {
        double lack = deficit(receiver, label);
        lacking += lack;
        if (lack > 0 && held(source, label) > 0) {
          wanted.add(label);
          covered += lack;
        }
      }
      coverage = covered / lacking;
      // Not by a format: a plan for a large fleet has millions of orders.
      why =
          ("own data lack " + Math.round(100 * lacks[receiver]) + " % of the target, of which the")
              + (" source covers " + Math.round(100 * coverage) + " %");
    } else {
      why =
          "no deficit; explores the most similar peer, similarity %.2f"
              .formatted(similarity.value());
    }
    int size = orderSize(receiver, source);
    Exchange exchange = request.settings().exchangeFor(size);
    Admission admission =
        switch (exchange) {
          case VISIT, WHOLE_VISIT, SYNTHETIC -> Admission.GATED_PERSONAL;
          case RAW -> Admission.SHARED_AND_GATED_PERSONAL;
        };
    return new OrderForm(request, profiles.get(receiver), profiles.get(source), size)
        .asking(wanted)
        .via(exchange, admission, request.settings().selection(), 1)
        .covering(lacks[receiver], coverage)
        .because(similarity, rank(receiver, source), why)
        .numbered(index);
  }

  /** Halves what a receiver lacks of the labels that an order of it asks for. */
  void meet(int receiver, PlannedSwap planned) {
    for (int label : planned.order().labels()) {
      deficits[receiver * labels + label] *= 0.5;
    }
  }
}
