package dev.kula.benchmarks;

import dev.kula.aggregate.FederatedAveraging;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.aggregate.robust.Cohort;
import dev.kula.aggregate.robust.RobustRule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a robust rule costs a round, on one thread, beside folding the same updates. {@link #cohort}
 * is the part of {@link #combine} before any rule: sizes and numbers are checked, updates put in
 * order. The young generation is that of {@code ./kula}; with the default one the heap grows by new
 * pages all the while, and some iterations take three times as long.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseParallelGC", "-Xmn192m"})
public class RobustRules {
  private static final int PARAMETERS = 160_000;

  @Param({"20", "100"})
  public int updates;

  /** F of a rule becomes a fifth of the updates. */
  @Param({
    "norm-bound",
    "median",
    "trimmed-mean:0.25",
    "geometric-median",
    "krum:F",
    "multi-krum:F",
    "bulyan:F",
    "trusted-root",
    "bucketing:2:median"
  })
  public String rule = "";

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<float[]> deltas = new ArrayList<>();
  private double[] weights = {};
  private float[] root = {};
  private RobustRule parsed = RobustRule.parse("median");

  @Setup
  public void prepare() {
    root = delta();
    for (int i = 0; i < updates; i++) {
      deltas.add(delta());
    }
    weights = random.doubles(updates, 50, 150).toArray();
    parsed = RobustRule.parse(rule.replace("F", String.valueOf(updates / 5)));
  }

  private float[] delta() {
    float[] delta = new float[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
      delta[i] = 0.01f * (random.nextFloat() - 0.45f);
    }
    return delta;
  }

  @Benchmark
  public float[] combine() {
    return parsed.combine(Cohort.of(deltas, weights).withRoot(root), random);
  }

  /** Does not depend on the rule. */
  @Benchmark
  public Cohort cohort() {
    return Cohort.of(deltas, weights).withRoot(root);
  }

  /** What the mean costs without any rule; does not depend on the rule either. */
  @Benchmark
  public float[] fold() {
    PartialSum sum = new FederatedAveraging().init(PARAMETERS);
    for (int i = 0; i < updates; i++) {
      sum.accumulate(new Update(deltas.get(i), weights[i], 0));
    }
    return sum.finish(root);
  }
}
