package dev.kula.aggregate.secure;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.CollectedUpdates;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.ServerOptimizer;
import dev.kula.aggregate.robust.Cohort;
import dev.kula.aggregate.robust.RobustRule;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.secagg.Neighbourhoods;
import dev.kula.secagg.Quantiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Aggregation of sums that hide what they are made of: updates become integers, the protocol of
 * {@link dev.kula.secagg} adds them up under masks, and the mean of the sum is the change of the
 * global model. All updates count alike. With a rule, the cohort falls into random groups, each
 * with a sum of its own, and the rule combines the groups' means: it stands as many attackers as
 * groups that it stands. A round with too few updates, because devices were away, changes nothing
 * and counts no update.
 *
 * <p>This runs every device's part in the process that folds, for simulations: the sums, the bytes
 * and the work are those of the protocol, and nobody is hidden from anybody.
 *
 * @param local what devices are told of their local training, and what is made of the mean
 * @param graph who masks with whom
 * @param quantiser floats to integers
 * @param rounding how; to the nearest where updates lie on its grid already
 * @param groups groups and what combines them; empty for one sum over the cohort
 * @param seed of groups and rounding, together with the global model
 */
public record SecureAggregation(
    AggregationStrategy local,
    Graph graph,
    Quantiser quantiser,
    Quantiser.Rounding rounding,
    Optional<Groups> groups,
    Seed seed)
    implements AggregationStrategy {
  /**
   * Groups under a robust rule.
   *
   * @param size devices in a group, at least {@value #SMALLEST}; the last takes what is left over
   * @param rule combines the groups
   */
  public record Groups(int size, RobustRule rule) {
    /** A sum over fewer hides little. */
    public static final int SMALLEST = 8;

    public Groups {
      if (size < SMALLEST) {
        throw new IllegalArgumentException(
            "size is %d, must be at least %d".formatted(size, SMALLEST));
      }
    }
  }

  @Override
  public String name() {
    return groups
            .map(
                each ->
                    "%s by %s over groups of %d"
                        .formatted(local.name(), each.rule().name(), each.size()))
            .orElse(local.name())
        + " under secure aggregation";
  }

  @Override
  public double proximalMu() {
    return local.proximalMu();
  }

  @Override
  public ServerOptimizer optimizer() {
    return local.optimizer();
  }

  @Override
  public boolean needsRoot() {
    return groups.isPresent() && groups.get().rule().needsRoot();
  }

  @Override
  public PartialSum init(int parameters) {
    return new Collected(parameters);
  }

  private final class Collected extends CollectedUpdates {
    private final int parameters;
    private long bytes;

    Collected(int parameters) {
      super(parameters);
      this.parameters = parameters;
    }

    @Override
    protected float[] change(float[] currentGlobal, List<float[]> updates) {
      // The model differs from round to round, and so do the draws.
      Seed round = seed.derive(Arrays.hashCode(currentGlobal));
      List<int[]> vectors = new ArrayList<>();
      NoiseSource bits = NoiseSource.seeded(round.derive("rounding"));
      for (float[] update : updates) {
        vectors.add(quantiser.quantise(update, rounding, bits));
      }
      RandomGenerator random = round.derive("groups").generator();
      return combined(groupsOf(vectors, random), random);
    }

    @Override
    protected boolean suffices(int cohort) {
      int count = groups.map(each -> cohort / each.size()).orElse(1);
      boolean forRule = groups.isEmpty() || groups.get().rule().accepts(count);
      return forRule && graph.fits(groups.map(Groups::size).orElse(cohort));
    }

    private List<List<int[]>> groupsOf(List<int[]> vectors, RandomGenerator random) {
      if (groups.isEmpty()) {
        return List.of(vectors);
      }
      List<int[]> shuffled = new ArrayList<>(vectors);
      Collections.shuffle(shuffled, Random.from(random));
      int count = Math.max(1, shuffled.size() / groups.get().size());
      List<List<int[]>> divided = new ArrayList<>();
      for (int group = 0; group < count; group++) {
        int from = group * groups.get().size();
        int to = group == count - 1 ? shuffled.size() : from + groups.get().size();
        divided.add(shuffled.subList(from, to));
      }
      return divided;
    }

    private float[] combined(List<List<int[]>> divided, RandomGenerator random) {
      List<float[]> means = divided.stream().map(this::mean).toList();
      if (groups.isEmpty()) {
        return means.getFirst();
      }
      double[] alike = new double[means.size()];
      Arrays.fill(alike, 1);
      Cohort cohort = Cohort.of(means, alike);
      return groups.get().rule().combine(root().map(cohort::withRoot).orElse(cohort), random);
    }

    private float[] mean(List<int[]> group) {
      Neighbourhoods neighbourhoods = graph.of(group.size());
      GroupSum protocol = new GroupSum(group, quantiser.modulus(group.size()), neighbourhoods);
      double[] sum = quantiser.dequantise(protocol.sum());
      bytes += protocol.bytes();
      float[] mean = new float[parameters];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (sum[i] / group.size());
      }
      return mean;
    }

    /** Losses are data, and would be seen: they are not sent. */
    @Override
    public double trainingLoss() {
      return 0;
    }

    @Override
    public OptionalLong bytes() {
      return OptionalLong.of(bytes);
    }
  }
}
