package dev.kula.round;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.device.Candidate;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.TrialFold;
import dev.kula.monitor.Affinity;
import dev.kula.monitor.Grouping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Finds out who serves whom, by trials: every device tries what some others have learnt on part of
 * its labels. Devices that serve each other make groups. Then, on labels that chose nothing, every
 * device tries the mean of its group's models, its own left out, for several numbers of groups; a
 * number is taken only if the gain over a single group is far from luck. One search, on one thread.
 */
final class GroupSearch {
  /** Models of others that a device tries. */
  static final int TRIALS = 20;

  static final int MOST_GROUPS = 8;

  /** Devices that take part; the others go to the group whose model serves them best. */
  static final int MOST_DEVICES = 200;

  /** Standard errors by which a gain must exceed nothing: one of seven in a hundred by luck. */
  private static final double CONFIDENCE = 3;

  private final int round;
  private final Seed seed;
  private final float[] start;
  private final Candidate present;
  private final List<DeviceId> devices;
  private final List<Lesson> lessons;
  private final Map<DeviceId, int[]> tried = new HashMap<>();
  private final Map<DeviceId, double[]> choices = new TreeMap<>();
  private final Map<DeviceId, double[]> guards = new TreeMap<>();
  private final List<Grouping> groupings = new ArrayList<>();
  private List<DeviceId> answered = List.of();

  /**
   * What a device has learnt.
   *
   * @param model of its own
   * @param weight it has in a mean
   * @param counts of its labels, as the monitor knows them
   */
  record Lesson(float[] model, double weight, double[] counts) {}

  /**
   * A number of groups that was tried.
   *
   * @param groups how many
   * @param gain by which the mean loss falls
   * @param standardError of it, over devices
   */
  record Gain(int groups, double gain, double standardError) {
    double bound() {
      return gain - CONFIDENCE * standardError;
    }
  }

  /**
   * What a search ended with.
   *
   * @param grouping of the devices that took part
   * @param count how many groups; 1 if none is worth it
   * @param gains of all numbers of groups that were tried
   */
  record Result(Map<DeviceId, Integer> grouping, int count, List<Gain> gains) {}

  /**
   * A search among devices.
   *
   * @param start the model that all of them have, and started from
   * @param counts of the labels that it learnt from
   * @param lessons at least two
   */
  GroupSearch(int round, float[] start, double[] counts, Map<DeviceId, Lesson> lessons, Seed seed) {
    this.round = round;
    this.start = start;
    this.present = Candidate.present(Candidate.shares(counts));
    this.seed = seed;
    Map<DeviceId, Lesson> sorted = new TreeMap<>(lessons);
    this.devices = List.copyOf(sorted.keySet());
    this.lessons = List.copyOf(sorted.values());
  }

  /** First every device tries what some others learnt. */
  List<Envelope> choosing() {
    List<Envelope> out = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      RandomGenerator random = seed.derive("trials").derive(i).generator();
      int[] others = others(i, random);
      tried.put(devices.get(i), others);
      List<Candidate> candidates = new ArrayList<>(List.of(present));
      Arrays.stream(others).forEach(j -> candidates.add(candidate(new int[] {j})));
      out.add(trial(i, TrialFold.CHOOSING, candidates));
    }
    return out;
  }

  private int[] others(int device, RandomGenerator random) {
    int[] pool = new int[devices.size() - 1];
    Arrays.setAll(pool, i -> i < device ? i : i + 1);
    int count = Math.min(TRIALS, pool.length);
    for (int i = 0; i < count; i++) {
      int j = i + random.nextInt(pool.length - i);
      int swapped = pool[i];
      pool[i] = pool[j];
      pool[j] = swapped;
    }
    return Arrays.copyOf(pool, count);
  }

  private Envelope trial(int device, TrialFold fold, List<Candidate> candidates) {
    double[] shares = Candidate.shares(lessons.get(device).counts());
    return new Envelope(
        Envelope.ORCHESTRATOR,
        devices.get(device),
        new Message.Trial(round, fold, shares, candidates));
  }

  /** The weighted mean of what some devices learnt. */
  private Candidate candidate(int[] members) {
    double[] model = new double[lessons.getFirst().model().length];
    double[] counts = new double[lessons.getFirst().counts().length];
    double weight = 0;
    for (int member : members) {
      Lesson lesson = lessons.get(member);
      weight += lesson.weight();
      for (int i = 0; i < model.length; i++) {
        model[i] += lesson.weight() * lesson.model()[i];
      }
      for (int label = 0; label < counts.length; label++) {
        counts[label] += lesson.counts()[label];
      }
    }
    float[] mean = new float[model.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (model[i] / weight);
    }
    return Candidate.of(mean, start, Candidate.shares(counts));
  }

  /** Takes in an answer; whether it is to a question that was asked. */
  boolean tried(DeviceId device, Message.Tried message) {
    int[] others = tried.get(device);
    if (others == null || message.round() != round || !areFinite(message.gains())) {
      return false;
    }
    return switch (message.fold()) {
      case CHOOSING ->
          message.gains().length == others.length
              && choices.putIfAbsent(device, message.gains()) == null;
      case GUARDING ->
          message.gains().length == groupings.size()
              && guards.putIfAbsent(device, message.gains()) == null;
      case ALL -> false;
    };
  }

  private static boolean areFinite(double[] gains) {
    return Arrays.stream(gains).allMatch(Double::isFinite);
  }

  /** Then every device that answered tries groups. */
  List<Envelope> guarding() {
    answered = List.copyOf(choices.keySet());
    if (answered.size() < 2) {
      return List.of();
    }
    Map<Integer, Integer> place = new HashMap<>();
    for (int i = 0; i < answered.size(); i++) {
      place.put(devices.indexOf(answered.get(i)), i);
    }
    double[][] gains = new double[answered.size()][answered.size()];
    for (int i = 0; i < answered.size(); i++) {
      Arrays.fill(gains[i], Double.NaN);
      double size = samples(devices.indexOf(answered.get(i)), TrialFold.CHOOSING);
      int[] others = tried.getOrDefault(answered.get(i), new int[0]);
      double[] own = choices.getOrDefault(answered.get(i), new double[others.length]);
      for (int j = 0; j < others.length; j++) {
        Integer other = place.get(others[j]);
        if (other != null) {
          gains[i][other] = own[j] / size;
        }
      }
    }
    Affinity affinity = Affinity.of(gains);
    for (int count = 2; count <= Math.min(MOST_GROUPS, answered.size() / 2); count++) {
      groupings.add(Grouping.of(affinity, count, seed.derive("groups").derive(count)));
    }
    List<Envelope> out = new ArrayList<>();
    for (int i = 0; i < answered.size(); i++) {
      List<Candidate> candidates = new ArrayList<>();
      candidates.add(candidate(places(members(Grouping.one(answered.size()), i))));
      for (Grouping grouping : groupings) {
        int[] members = members(grouping, i);
        candidates.add(members.length == 0 ? candidates.getFirst() : candidate(places(members)));
      }
      out.add(trial(devices.indexOf(answered.get(i)), TrialFold.GUARDING, candidates));
    }
    return out;
  }

  /** Samples that a device seems to have in a fold, at least one. */
  private double samples(int device, TrialFold fold) {
    double all = Arrays.stream(lessons.get(device).counts()).sum();
    return Math.max(1, fold.share() * all);
  }

  /** The others of a device's group. */
  private static int[] members(Grouping grouping, int device) {
    int[] members = new int[grouping.of().length];
    int count = 0;
    for (int i = 0; i < members.length; i++) {
      if (i != device && grouping.of()[i] == grouping.of()[device]) {
        members[count++] = i;
      }
    }
    return Arrays.copyOf(members, count);
  }

  private int[] places(int[] members) {
    return Arrays.stream(members).map(member -> devices.indexOf(answered.get(member))).toArray();
  }

  /** In the end, as many groups as the guards speak for. */
  Result result() {
    List<Gain> gains = new ArrayList<>();
    int best = -1;
    for (int g = 0; g < groupings.size(); g++) {
      int at = g;
      double[] differences =
          guards.entrySet().stream()
              .mapToDouble(
                  entry ->
                      entry.getValue()[at]
                          / samples(devices.indexOf(entry.getKey()), TrialFold.GUARDING))
              .toArray();
      if (differences.length < 2) {
        continue;
      }
      Comparisons.Spread spread = Comparisons.Spread.of(differences);
      Gain gain =
          new Gain(
              groupings.get(g).count(), spread.mean(), spread.sd() / Math.sqrt(differences.length));
      gains.add(gain);
      boolean better = best < 0 || gain.bound() > gains.get(best).bound();
      best = gain.bound() > 0 && better ? gains.size() - 1 : best;
    }
    Map<DeviceId, Integer> of = new TreeMap<>();
    Grouping grouping = best < 0 ? Grouping.one(answered.size()) : groupings.get(best);
    for (int i = 0; i < answered.size(); i++) {
      of.put(answered.get(i), grouping.of()[i]);
    }
    return new Result(of, grouping.count(), gains);
  }
}
