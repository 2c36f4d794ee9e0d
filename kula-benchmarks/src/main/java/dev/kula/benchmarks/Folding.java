package dev.kula.benchmarks;

import dev.kula.aggregate.FederatedAveraging;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
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
 * Folding against copying the same number of bytes. Each thread has arrays of its own, as in a
 * fleet. With n parameters:
 *
 * <ul>
 *   <li>{@link #fold} reads a change of 4n bytes, reads and writes 8n bytes of sums: 20n; {@link
 *       #copy20} copies 10n bytes to 10n others.
 *   <li>{@link #takeAndFold} is all that a device's update costs beside training: copying the
 *       global model (8n), making the change in place (12n), folding it (20n): 40n; {@link #copy40}
 *       copies 20n bytes to 20n others.
 * </ul>
 *
 * <p>The first size stays in the caches, the second does not. Run with {@code -t 1} and {@code -t
 * 2}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseParallelGC")
public class Folding {
  private static final int WEIGHT = 90;

  @Param({"159010", "5000000"})
  public int parameters;

  private PartialSum sum = new FederatedAveraging().init(0);
  private float[] global = {};
  private float[] local = {};
  private float[] delta = {};
  private long[] from = {};
  private long[] to = {};

  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    sum = new FederatedAveraging().init(parameters);
    global = new float[parameters];
    local = new float[parameters];
    delta = new float[parameters];
    for (int i = 0; i < parameters; i++) {
      global[i] = random.nextFloat() - 0.5f;
      delta[i] = 0.01f * (random.nextFloat() - 0.5f);
    }
    from = new long[5 * parameters / 2];
    to = new long[5 * parameters / 2];
  }

  @Benchmark
  public PartialSum fold() {
    sum.accumulate(new Update(delta, WEIGHT, 1));
    return sum;
  }

  @Benchmark
  public PartialSum takeAndFold() {
    System.arraycopy(global, 0, local, 0, parameters);
    sum.accumulate(Update.between(global, local, WEIGHT, 1));
    return sum;
  }

  @Benchmark
  public long[] copy20() {
    System.arraycopy(from, 0, to, 0, 5 * parameters / 4);
    return to;
  }

  @Benchmark
  public long[] copy40() {
    System.arraycopy(from, 0, to, 0, 5 * parameters / 2);
    return to;
  }

  /** Once a round and thread. */
  @Benchmark
  public float[] mergeAndFinish() {
    PartialSum whole = new FederatedAveraging().init(parameters);
    whole.merge(sum);
    return whole.finish(global);
  }
}
