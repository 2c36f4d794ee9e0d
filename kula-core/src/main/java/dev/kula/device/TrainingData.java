package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.BlockId;
import dev.kula.data.LabelSpace;
import dev.kula.data.Ledger;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What a device trains and validates on. Its own samples and the base set are each split, within
 * label bins, into training data and a fold that nothing is ever trained on, which chooses
 * checkpoints. The gate cross-validates over the training data, so it needs no labels of its own
 * and never judges by the fold that chose the checkpoints. The split is the same for every method.
 *
 * <p>Where noise hides a single record, each own sample falls into the fold by a coin of its own:
 * in an even split one record more would move others from one part to the other, and an update
 * would show more than one record's gradient.
 */
final class TrainingData {
  private static final double LOWEST_WEIGHT = 0.02;
  private static final double HIGHEST_WEIGHT = 10;
  private static final int OWN_PARTS = 10;
  private static final int BASE_PARTS = 5;

  private final SampleStore store;
  private final LabelSpace labels;
  private final Seed arrivals;
  private final Segments segments;
  private double[] target;

  /** Of all own samples. */
  private Folds all;

  /** Of those that are of the present group. */
  private Folds own;

  private Folds base;

  /** A set of samples in two disjoint parts. */
  private record Folds(
      int[] trainIndices, int[] checkpointIndices, SampleSet train, SampleSet checkpoint) {}

  /**
   * Splits a device's own samples.
   *
   * @param independently whether no sample's part may depend on the others
   */
  TrainingData(
      SampleStore store, LabelSpace labels, double[] target, boolean independently, Seed seed) {
    this.store = store;
    this.labels = labels;
    this.arrivals = seed.derive("arrivals");
    this.segments = new Segments(store.own().size());
    this.target = target.clone();
    RandomGenerator random = seed.derive("folds").generator();
    this.all = independently ? coins(store.own(), random) : folds(store.own(), OWN_PARTS, random);
    this.own = all;
    SampleSet none = SampleSet.empty(store.own().features());
    this.base = new Folds(new int[0], new int[0], none, none);
  }

  /**
   * Takes in own samples that the store holds now and did not before. Each falls into the
   * checkpoint fold by a coin of its own; the others stay where they are.
   *
   * @param now what the personal model must serve from now on
   */
  void arrived(double[] now) {
    target = now.clone();
    SampleSet held = store.own();
    int before = all.trainIndices().length + all.checkpointIndices().length;
    List<Integer> train = boxed(all.trainIndices());
    List<Integer> checkpoint = boxed(all.checkpointIndices());
    for (int i = before; i < held.size(); i++) {
      boolean apart = arrivals.derive(i).generator().nextInt(OWN_PARTS) == 0;
      (apart ? checkpoint : train).add(i);
    }
    all = folds(held, train, checkpoint);
    own = of(segments.present());
  }

  private Folds of(int group) {
    IntPredicate isOf = segments.isOf(group);
    int[] train = Arrays.stream(all.trainIndices()).filter(isOf).toArray();
    int[] checkpoint = Arrays.stream(all.checkpointIndices()).filter(isOf).toArray();
    boolean whole = train.length + checkpoint.length == store.own().size();
    return whole ? all : folds(store.own(), boxed(train), boxed(checkpoint));
  }

  /** Puts the device and all that it has into a group. */
  void moveAll(int group) {
    segments.moveAll(group);
    own = of(group);
  }

  /**
   * Puts each own sample into the group that explains it, and the device into that of the last.
   *
   * @param losses of all own samples, one row a sample, one column a group
   * @return cost of the cheapest path to each group
   */
  double[] sort(double[][] losses) {
    double[] cost = segments.sort(losses);
    own = of(segments.present());
    return cost;
  }

  /** The group that the device is in; while it is unsettled, one past the last. */
  int present() {
    return segments.present();
  }

  /** Whether the device may be in one of so many groups, or in none. */
  boolean isAmong(int groups) {
    return segments.isAmong(groups);
  }

  /** The other groups that own samples are of, ascending. */
  int[] otherGroups() {
    return segments.others(store.own().size());
  }

  /** Samples to train the model of another group on: what of its own and of a ledger is of it. */
  SampleSet trainingOf(int group, Ledger ledger) {
    List<SampleSet> parts = new ArrayList<>(List.of(of(group).train()));
    parts.addAll(copies(ledger, group));
    return SampleSet.concat(parts);
  }

  /** Takes note of copies that were let into a ledger: they are of the present group. */
  void took(BlockId block) {
    segments.took(block);
  }

  /** Whether copies are of the present group, so that they are trained on. */
  boolean trainsOn(BlockId block) {
    return segments.isOf(segments.present(), block);
  }

  private List<SampleSet> copies(Ledger ledger, int group) {
    return ledger.pointers().stream()
        .filter(pointer -> !pointer.source().equals(Envelope.BASE))
        .filter(pointer -> segments.isOf(group, pointer.block()))
        .flatMap(pointer -> store.fetched(pointer.block()).stream())
        .toList();
  }

  Segments.State segments() {
    return segments.state();
  }

  void restore(Segments.State state) {
    segments.restore(state);
    own = of(segments.present());
  }

  /** All own samples, in the order in which they came. */
  SampleSet held() {
    return store.own();
  }

  private static List<Integer> boxed(int[] indices) {
    return new ArrayList<>(Arrays.stream(indices).boxed().toList());
  }

  private static Folds folds(SampleSet samples, List<Integer> train, List<Integer> checkpoint) {
    int[] trainIndices = indices(train);
    int[] checkpointIndices = indices(checkpoint);
    return new Folds(
        trainIndices,
        checkpointIndices,
        samples.select(trainIndices),
        samples.select(checkpointIndices));
  }

  /** Takes in the base set; the same split on every device. */
  void base(SampleSet samples) {
    base = folds(samples, BASE_PARTS, new Seed(0).derive("base folds").generator());
  }

  /**
   * Samples to train on, weight 1: the device's own, the base set's, and a ledger's; of the first
   * and the last those of the present group.
   */
  SampleSet ledger(Ledger ledger) {
    List<SampleSet> parts = new ArrayList<>(List.of(own.train(), base.train()));
    parts.addAll(copies(ledger, segments.present()));
    return SampleSet.concat(parts);
  }

  /** What of the base set is trained on. */
  SampleSet baseTraining() {
    return base.train();
  }

  /** Weighted so that the labels follow the target. */
  SampleSet towardsTarget(SampleSet samples) {
    return samples.withWeights(targetWeights(samples));
  }

  /** Samples that choose among checkpoints, weighted towards the target. */
  SampleSet checkpointFold() {
    return towardsTarget(SampleSet.concat(List.of(own.checkpoint(), base.checkpoint())));
  }

  /**
   * A fold number for each of the device's own and base training samples, which are the first of
   * {@link #ledger}; even within label bins. Samples that swaps brought have none: they are only
   * ever trained on.
   */
  int[] gateFolds(int folds) {
    SampleSet judged = SampleSet.concat(List.of(own.train(), base.train()));
    int[] fold = new int[judged.size()];
    int[] next = new int[labels.size()];
    for (int i = 0; i < fold.length; i++) {
      int bin = labels.bin(judged.target(i));
      fold[i] = (bin + next[bin]++) % folds;
    }
    return fold;
  }

  /** Positions in the store's own samples that may be trained on, here or elsewhere. */
  int[] ownTrainIndices() {
    return own.trainIndices().clone();
  }

  /** Own samples that a trial looks at, by their places in the store; the same ones in each. */
  SampleSet trialFold(TrialFold fold) {
    SampleSet held = store.own();
    return switch (fold) {
      case CHOOSING -> held.select(places(held, place -> place % 3 != 0));
      case GUARDING -> held.select(places(held, place -> place % 3 == 0));
    };
  }

  private static int[] places(SampleSet samples, IntPredicate which) {
    return IntStream.range(0, samples.size()).filter(which).toArray();
  }

  double[] ownLabelCounts() {
    return store.own().labelCounts(labels);
  }

  /**
   * Shares of labels that the personal model must serve, as if half a sample more of each had been
   * seen among as many as the device has.
   */
  double[] targetShares() {
    int seen = store.own().size();
    return Candidate.shares(Arrays.stream(target).map(share -> share * seen).toArray());
  }

  private float[] targetWeights(SampleSet samples) {
    double[] counts = samples.labelCounts(labels);
    float[] weights = new float[samples.size()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      int bin = labels.bin(samples.target(i));
      double ratio = target[bin] * samples.size() / counts[bin];
      weights[i] = (float) Math.clamp(ratio, LOWEST_WEIGHT, HIGHEST_WEIGHT);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (weights[i] * weights.length / sum);
    }
    return weights;
  }

  /** Each sample to the checkpoint fold with the same chance, whatever the others are. */
  private static Folds coins(SampleSet samples, RandomGenerator random) {
    List<Integer> train = new ArrayList<>();
    List<Integer> checkpoint = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      (random.nextInt(OWN_PARTS) == 0 ? checkpoint : train).add(i);
    }
    return folds(samples, train, checkpoint);
  }

  /** One of {@code parts} to the checkpoint fold, the rest to train on. */
  private Folds folds(SampleSet samples, int parts, RandomGenerator random) {
    List<List<Integer>> byBin = new ArrayList<>();
    for (int bin = 0; bin < labels.size(); bin++) {
      byBin.add(new ArrayList<>());
    }
    for (int i = 0; i < samples.size(); i++) {
      byBin.get(labels.bin(samples.target(i))).add(i);
    }
    List<Integer> train = new ArrayList<>();
    List<Integer> checkpoint = new ArrayList<>();
    for (List<Integer> members : byBin) {
      shuffle(members, random);
      int start = random.nextInt(parts);
      for (int i = 0; i < members.size(); i++) {
        boolean held = (start + i) % parts == parts - 1;
        (held ? checkpoint : train).add(members.get(i));
      }
    }
    if (train.size() * 2 < samples.size()) {
      train.addAll(checkpoint);
      checkpoint.clear();
    }
    return folds(samples, train, checkpoint);
  }

  private static void shuffle(List<Integer> members, RandomGenerator random) {
    for (int i = members.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      Integer swapped = members.get(i);
      members.set(i, members.get(j));
      members.set(j, swapped);
    }
  }

  private static int[] indices(List<Integer> members) {
    return members.stream().mapToInt(Integer::intValue).sorted().toArray();
  }
}
