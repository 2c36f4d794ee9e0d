package dev.kula.device;

import dev.kula.data.BlockId;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Of which group's kind each own sample of a device is, in the order in which they came. While
 * things stay as they are, all are of one kind; where what a device meets changes, what came before
 * stays with the group that it was of, and trains that group's model. While a change comes little
 * by little a device is unsettled: it meets things of several kinds at a time, none of whose models
 * serves it, and the model of all devices is its own, which all that it has trains.
 *
 * <p>Where one kind ends and the next begins is the path of least cost (Viterbi 1967, <i>Error
 * bounds for convolutional codes and an asymptotically optimum decoding algorithm</i>): the loss of
 * each sample under the model of its group, and {@link #CHANGE} for each change. An unsettled
 * device may put each sample into whatever group explains it, for {@link #EITHER} a sample; to
 * become unsettled costs {@link #UNSETTLING}. What a device had from the beginning is of one kind.
 *
 * <p>Copies of others' samples are of the group in which they were taken in, whose members they are
 * from. So they stay behind when what the device meets changes, and are there again if it comes
 * back. Not thread safe.
 */
final class Segments {
  /** What a change costs: a little less than one sample that a model gets quite wrong. */
  static final double CHANGE = 2.5;

  /** What it costs to leave a group for none: less, so that one odd sample is enough. */
  static final double UNSETTLING = 1;

  /** A sample's, where it may be of any group: a little less than ln 2, of one of two. */
  static final double EITHER = 0.5;

  /** Fewer samples of another group than these train nothing. */
  private static final int FEWEST = 5;

  private static final int NONE = -1;

  private final int stock;
  private int present;

  /** The group of the unsettled, of whose model all samples are; none before samples are sorted. */
  private int common = NONE;

  /** Groups of the first samples; later ones are of the present one. */
  private int[] groups = {};

  /** Groups of copies, by block. */
  private final Map<String, Integer> copies = new TreeMap<>();

  /**
   * What has to survive a restart.
   *
   * @param present group
   * @param common the group of the unsettled; −1 before samples are sorted
   * @param groups of the first samples; later ones are of the present one
   * @param copies groups of copies, by the names of their blocks
   */
  public record State(int present, int common, int[] groups, Map<String, Integer> copies) {}

  /**
   * All samples of one group, the first.
   *
   * @param stock samples that were there at the beginning
   */
  Segments(int stock) {
    this.stock = stock;
  }

  /** The group that a device is in; while it is unsettled, one past the last. */
  int present() {
    return present;
  }

  /** Whether a device may be in one of so many groups, or in none. */
  boolean isAmong(int count) {
    return present < count || (present == count && common == count);
  }

  /** Whether a sample is of this group. */
  IntPredicate isOf(int group) {
    return sample ->
        group == common || (sample < groups.length ? groups[sample] : present) == group;
  }

  /** Notes that the copies of a block were taken in now. */
  void took(BlockId block) {
    copies.put(block.hex(), present);
  }

  /** Whether the copies of a block are of this group. */
  boolean isOf(int group, BlockId block) {
    return group == common || copies.getOrDefault(block.hex(), present) == group;
  }

  /** Puts the device and all that it has into a group. */
  void moveAll(int group) {
    copies.replaceAll((block, before) -> group);
    present = group;
    common = NONE;
    groups = new int[0];
  }

  /**
   * Puts each sample into the group that explains it, and the device into that of the last.
   *
   * @param losses of all samples, one row a sample, one column a group
   * @return cost of the cheapest path to each group, and last to being unsettled
   */
  double[] sort(double[][] losses) {
    int count = losses[0].length;
    int first = Math.clamp(stock, 1, losses.length);
    double[] cost = new double[count + 1];
    cost[count] = Double.POSITIVE_INFINITY;
    for (int sample = 0; sample < first; sample++) {
      for (int group = 0; group < count; group++) {
        cost[group] += losses[sample][group];
      }
    }
    int[][] from = new int[losses.length][];
    for (int sample = first; sample < losses.length; sample++) {
      from[sample] = origins(cost, present);
      cost = next(cost, losses[sample], present);
    }
    groups = new int[losses.length];
    int group = cheapest(cost, present);
    present = group;
    common = count;
    for (int sample = losses.length - 1; sample >= first; sample--) {
      groups[sample] = group == common ? cheapest(losses[sample], 0) : group;
      group = from[sample][group];
    }
    Arrays.fill(groups, 0, first, group);
    return cost;
  }

  /** Cost of the cheapest path to each group after one more sample of these losses. */
  static double[] next(double[] cost, double[] losses, int preferred) {
    int[] from = origins(cost, preferred);
    double[] next = new double[cost.length];
    int common = losses.length;
    for (int group = 0; group < next.length; group++) {
      double change = from[group] == group ? 0 : toChangeTo(group, common);
      double loss = group == common ? losses[cheapest(losses, 0)] + EITHER : losses[group];
      next[group] = cost[from[group]] + change + loss;
    }
    return next;
  }

  private static double toChangeTo(int group, int common) {
    return group == common ? UNSETTLING : CHANGE;
  }

  /** From which group the cheapest path to each comes. */
  private static int[] origins(double[] cost, int preferred) {
    int cheapest = cheapest(cost, preferred);
    int common = cost.length - 1;
    int[] origins = new int[cost.length];
    Arrays.setAll(
        origins,
        group -> cost[cheapest] + toChangeTo(group, common) < cost[group] ? cheapest : group);
    return origins;
  }

  /** The group to which the path is cheapest; of equal ones the preferred. */
  static int cheapest(double[] cost, int preferred) {
    int best = preferred;
    for (int group = 0; group < cost.length; group++) {
      best = cost[group] < cost[best] ? group : best;
    }
    return best;
  }

  /**
   * The groups that enough samples are of, besides the present one, ascending. Where samples come
   * in, a change may come too, and a device helps to train the model that it may need then.
   *
   * @param samples how many there are in all
   */
  int[] others(int samples) {
    IntStream ofAll = samples > stock ? IntStream.of(common) : IntStream.empty();
    return IntStream.concat(Arrays.stream(groups), ofAll)
        .distinct()
        .filter(group -> group != NONE)
        .filter(group -> group != present)
        .filter(group -> IntStream.range(0, samples).filter(isOf(group)).count() >= FEWEST)
        .sorted()
        .toArray();
  }

  State state() {
    return new State(present, common, groups.clone(), new TreeMap<>(copies));
  }

  void restore(State state) {
    present = state.present();
    common = state.common();
    groups = state.groups().clone();
    copies.clear();
    copies.putAll(state.copies());
  }
}
