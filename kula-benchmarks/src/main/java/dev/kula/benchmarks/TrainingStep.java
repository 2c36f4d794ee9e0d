package dev.kula.benchmarks;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.SampleSet;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.engine.Engines;
import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.EngineFactory;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One local epoch of one device: 100 images, the engine alone, without fleet and fold. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class TrainingStep {
  private static final int SAMPLES = 100;
  private static final Seed SEED = new Seed(1);

  @Param({"mlp:200", "cnn"})
  public String model = "";

  @Param({"10", "32"})
  public int batch;

  @Param public BlasLibrary library = BlasLibrary.JAVA;

  private @Nullable TrainingEngine engine;
  private TrainingPlan plan = TrainingPlan.of(1, 1, 1f);
  private Samples samples = SampleSet.empty(1);
  private float[] start = {};
  private float[] parameters = {};

  @Setup
  public void prepare() {
    Dataset data = new DataSource.FashionMnist().load(ReadOptions.defaults());
    EngineFactory engines = Engines.on(library).orElseThrow();
    TrainingEngine created = engines.create(ModelSpec.parse(model), data.input(), data.task());
    engine = created;
    plan = TrainingPlan.of(1, batch, 0.05f);
    samples = SampleSet.of(data.features(), data.targets(), IntStream.range(0, SAMPLES).toArray());
    start = created.initialParameters(SEED.generator());
    parameters = new float[start.length];
  }

  /** Starts anew each time, as devices do: samples learnt by heart would make other numbers. */
  @Benchmark
  public TrainingResult epoch() {
    System.arraycopy(start, 0, parameters, 0, start.length);
    return Objects.requireNonNull(engine).train(parameters, samples, plan, SEED.generator());
  }

  @TearDown
  public void close() {
    Objects.requireNonNull(engine).close();
  }
}
