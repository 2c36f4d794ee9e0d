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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Finds out who serves whom, by trials: every device tries what some others have learnt on part of
 * its labels. Devices that serve each other make groups. Then, on labels that chose nothing, every
 * device tries the mean of its group's models, its own left out, for several numbers of groups; a
 * number is taken only if the gain over a single group is far from luck. One search, on one thread.
 */
final class GroupSearch {
  /** Models of others that a device tries. */
  static final int TRIALS = 12;

  static final int MOST_GROUPS = 8;

  /** Devices of a group at the least: a mean of fewer would show what one of them has learnt. */
  private static final int FEWEST_MEMBERS = 3;

  /** Devices that take part; the others go to the group whose model serves them best. */
  static final int MOST_DEVICES = 200;

  /** How sure a gain must be: as of three standard errors of a normal distribution, on one side. */
  private static final double CONFIDENCE = 0.99865;

  /**
   * What a gain must surely exceed, in loss a sample: about a point of the score of a regression,
   * and less than one of accuracy. What gains less is not worth a model of its own.
   */
  private static final double LEAST_GAIN = 0.005;

  private final int round;
  private final Seed seed;
  private final float[] start;
  private final Candidate present;

  /** Devices are known by their places in these two. */
  private final List<DeviceId> devices;

  private final List<Lesson> lessons;
  private final int[][] others;
  private final SortedMap<Integer, double[]> choices = new TreeMap<>();
  private final SortedMap<Integer, double[]> guards = new TreeMap<>();
  private final List<Grouping> groupings = new ArrayList<>();

  /** Devices that have chosen, by which {@link #groupings} count. */
  private List<Integer> members = List.of();

  /**
   * What a device has learnt.
   *
   * @param model of its own
   * @param weight it has in a mean
   * @param counts of its labels, as the monitor knows them
   */
  record Lesson(float[] model, double weight, double[] counts) {}

  /**
   * What a search ended with.
   *
   * @param grouping of the devices that took part
   * @param models one a group: the weighted mean of what its members learnt; a single one if no
   *     groups are worth it
   * @param common the weighted mean of what all learnt
   * @param gains of all numbers of groups that were tried
   */
  record Result(
      Map<DeviceId, Integer> grouping,
      List<float[]> models,
      float[] common,
      List<RunEvent.Gain> gains) {
    /**
     * Whether no number of groups gains anything that is worth it, even if it gains a standard
     * error more than it seems: another search would be in vain.
     */
    boolean isHopeless() {
      return !gains.isEmpty()
          && gains.stream().allMatch(gain -> gain.gain() + gain.standardError() < LEAST_GAIN);
    }
  }

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
    this.others = new int[devices.size()][];
    Arrays.setAll(others, i -> drawn(i, seed.derive("trials").derive(i).generator()));
  }

  private int[] drawn(int device, RandomGenerator random) {
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

  /** First every device tries what some others learnt. */
  List<Envelope> choosing() {
    List<Candidate> learnt =
        lessons.stream()
            .map(one -> Candidate.of(one.model(), start, Candidate.shares(one.counts())))
            .toList();
    List<Envelope> out = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      List<Candidate> candidates = new ArrayList<>(List.of(present));
      Arrays.stream(others[i]).forEach(j -> candidates.add(learnt.get(j)));
      out.add(trial(i, TrialFold.CHOOSING, candidates));
    }
    return out;
  }

  private Envelope trial(int device, TrialFold fold, List<Candidate> candidates) {
    double[] shares = Candidate.shares(lessons.get(device).counts());
    return new Envelope(
        Envelope.ORCHESTRATOR,
        devices.get(device),
        new Message.Trial(round, fold, shares, candidates));
  }

  /** Takes in an answer; whether it is to a question that was asked. */
  boolean tried(DeviceId device, Message.Tried message) {
    int place = Collections.binarySearch(devices, device);
    if (place < 0
        || message.round() != round
        || !Arrays.stream(message.gains()).allMatch(Double::isFinite)) {
      return false;
    }
    return switch (message.fold()) {
      case CHOOSING ->
          message.gains().length == others[place].length
              && choices.putIfAbsent(place, message.gains()) == null;
      case GUARDING ->
          message.gains().length == groupings.size()
              && guards.putIfAbsent(place, message.gains()) == null;
    };
  }

  /** Then every device that answered tries groups. */
  List<Envelope> guarding() {
    members = List.copyOf(choices.keySet());
    Affinity affinity = Affinity.of(gains());
    for (int count = 2; count <= Math.min(MOST_GROUPS, members.size() / 2); count++) {
      Grouping grouping = Grouping.of(affinity, count, seed.derive("groups").derive(count));
      if (Arrays.stream(sizes(grouping)).allMatch(size -> size >= FEWEST_MEMBERS)) {
        groupings.add(grouping);
      }
    }
    if (groupings.isEmpty()) {
      return List.of();
    }
    List<List<Candidate>> candidates = new ArrayList<>();
    withoutOneself(Grouping.one(members.size()))
        .forEach(all -> candidates.add(new ArrayList<>(List.of(all))));
    for (Grouping grouping : groupings) {
      List<Candidate> means = withoutOneself(grouping);
      for (int i = 0; i < means.size(); i++) {
        candidates.get(i).add(means.get(i));
      }
    }
    List<Envelope> out = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      out.add(trial(members.get(i), TrialFold.GUARDING, candidates.get(i)));
    }
    return out;
  }

  /** Gains in trials by members of what members learnt, a sample; NaN where there was no trial. */
  private double[][] gains() {
    double[][] gains = new double[members.size()][members.size()];
    for (int i = 0; i < gains.length; i++) {
      Arrays.fill(gains[i], Double.NaN);
      int device = members.get(i);
      double[] own = Objects.requireNonNull(choices.get(device));
      for (int trial = 0; trial < own.length; trial++) {
        int other = Collections.binarySearch(members, others[device][trial]);
        if (other >= 0) {
          gains[i][other] = aSample(own[trial], device, TrialFold.CHOOSING);
        }
      }
    }
    return gains;
  }

  /** An answer a sample; nobody may gain or lose more than one, whatever it says. */
  private double aSample(double answer, int device, TrialFold fold) {
    return Math.clamp(answer / samples(device, fold), -1, 1);
  }

  /** Samples that a device seems to have in a fold, at least one. */
  private double samples(int device, TrialFold fold) {
    double all = Arrays.stream(lessons.get(device).counts()).sum();
    return Math.max(1, fold.share() * all);
  }

  /** For each member the weighted mean of what the others of its group learnt. */
  private List<Candidate> withoutOneself(Grouping grouping) {
    double[][] sums = sums(grouping);
    List<Candidate> means = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      double[] rest = sums[grouping.of()[i]].clone();
      add(lessons.get(members.get(i)), -1, rest);
      double[] counts = Arrays.copyOfRange(rest, start.length, rest.length - 1);
      Arrays.setAll(counts, label -> Math.max(0, counts[label])); // rounding
      means.add(Candidate.of(mean(rest), start, Candidate.shares(counts)));
    }
    return means;
  }

  /** For each group the weighted mean of what its members learnt. */
  private List<float[]> means(Grouping grouping) {
    return Arrays.stream(sums(grouping)).map(this::mean).toList();
  }

  private static int[] sizes(Grouping grouping) {
    int[] sizes = new int[grouping.count()];
    Arrays.stream(grouping.of()).forEach(group -> sizes[group]++);
    return sizes;
  }

  private double[][] sums(Grouping grouping) {
    int bins = lessons.getFirst().counts().length;
    double[][] sums = new double[grouping.count()][start.length + bins + 1];
    for (int i = 0; i < members.size(); i++) {
      add(lessons.get(members.get(i)), 1, sums[grouping.of()[i]]);
    }
    return sums;
  }

  private float[] mean(double[] sums) {
    float[] mean = new float[start.length];
    for (int k = 0; k < mean.length; k++) {
      mean[k] = (float) (sums[k] / sums[sums.length - 1]);
    }
    return mean;
  }

  /** Adds a lesson, times {@code sign}, to sums of weighted models, of counts and of weights. */
  private static void add(Lesson lesson, int sign, double[] sums) {
    double weight = sign * lesson.weight();
    int parameters = lesson.model().length;
    for (int k = 0; k < parameters; k++) {
      sums[k] += weight * lesson.model()[k];
    }
    for (int label = 0; label < lesson.counts().length; label++) {
      sums[parameters + label] += sign * lesson.counts()[label];
    }
    sums[sums.length - 1] += weight;
  }

  /**
   * In the end, as many groups as the guards speak for: of those that gain, the fewest whose gain
   * is within a standard error of that of the best (Breiman et al. 1984, <i>Classification and
   * Regression Trees</i>, section 3.4.3).
   */
  Result result() {
    List<RunEvent.Gain> gains = new ArrayList<>();
    for (int g = 0; g < groupings.size() && guards.size() > 1; g++) {
      gains.add(gain(g));
    }
    double enough =
        gains.stream()
            .filter(this::isSure)
            .max(Comparator.comparingDouble(this::bound))
            .map(best -> best.gain() - best.standardError())
            .orElse(Double.POSITIVE_INFINITY);
    Grouping best = Grouping.one(members.size());
    for (int g = gains.size() - 1; g >= 0; g--) {
      RunEvent.Gain gain = gains.get(g);
      best = isSure(gain) && gain.gain() >= enough ? groupings.get(g) : best;
    }
    Map<DeviceId, Integer> of = new TreeMap<>();
    for (int i = 0; i < members.size(); i++) {
      of.put(devices.get(members.get(i)), best.of()[i]);
    }
    float[] common = means(Grouping.one(members.size())).getFirst();
    return new Result(of, means(best), common, gains);
  }

  /** What a number of groups gains over one a sample; all samples count alike. */
  private RunEvent.Gain gain(int grouping) {
    double samples = 0;
    double gained = 0;
    for (int device : guards.keySet()) {
      samples += samples(device, TrialFold.GUARDING);
      gained += gained(device, grouping);
    }
    double mean = gained / samples;
    double squares = 0; // of a ratio of sums over devices (Cochran 1977, section 2.11)
    for (int device : guards.keySet()) {
      double expected = mean * samples(device, TrialFold.GUARDING);
      squares += Math.pow(gained(device, grouping) - expected, 2);
    }
    double devices = guards.size();
    double standardError = Math.sqrt(squares * devices / (devices - 1)) / samples;
    return new RunEvent.Gain(groupings.get(grouping).count(), mean, standardError);
  }

  private double gained(int device, int grouping) {
    double answer = Objects.requireNonNull(guards.get(device))[grouping];
    return samples(device, TrialFold.GUARDING) * aSample(answer, device, TrialFold.GUARDING);
  }

  /** Below the gain by Student's t: few devices say little of how much devices vary. */
  private double bound(RunEvent.Gain gain) {
    double t = TDistribution.of(guards.size() - 1).inverseCumulativeProbability(CONFIDENCE);
    return gain.gain() - t * gain.standardError();
  }

  private boolean isSure(RunEvent.Gain gain) {
    return bound(gain) > LEAST_GAIN;
  }
}
