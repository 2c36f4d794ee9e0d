package dev.kula.benchmarks;

import dev.kula.engine.blas.Blas;
import dev.kula.engine.blas.BlasLibrary;
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

/** Square matrix products: what the processor can do at best through each library. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class MatrixProduct {
  @Param public BlasLibrary library = BlasLibrary.JAVA;

  @Param("1024")
  public int side;

  private float[] left = {};
  private float[] right = {};
  private float[] product = {};
  private Blas blas = library.create();

  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    left = numbers(random, side * side);
    right = numbers(random, side * side);
    product = new float[side * side];
    blas = library.create();
  }

  @Benchmark
  public float[] multiply() {
    blas.sgemm(false, false, side, side, side, 1, left, 0, right, 0, 0, product, 0);
    return product;
  }

  private static float[] numbers(SplittableRandom random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }
}
