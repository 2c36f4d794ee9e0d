package dev.kula.benchmarks;

import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.ModelSpec;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingResult;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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

/**
 * A round of the peer comparison with engines that train nothing: what is left is all that a round
 * costs beside training. Devices take the global model, their updates fold, the sums merge into the
 * next model.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseParallelGC", "--enable-native-access=ALL-UNNAMED"})
public class RoundOverhead {
  private static final int BATCH = 10;

  @Param("mlp:200")
  public String model = "";

  @Param("100")
  public int devices;

  @Param({"1", "2"})
  public int threads;

  private @Nullable PeerWork work;

  @Setup
  public void prepare() {
    EngineFactory engines = Engines.best();
    work =
        new PeerWork(
            ModelSpec.parse(model),
            devices,
            threads,
            (spec, input, task) -> idle(engines.create(spec, input, task)));
  }

  private static TrainingEngine idle(TrainingEngine engine) {
    return (TrainingEngine)
        Proxy.newProxyInstance(
            RoundOverhead.class.getClassLoader(),
            new Class<?>[] {TrainingEngine.class},
            (proxy, method, arguments) ->
                method.getName().equals("train")
                    ? new TrainingResult(0, 0)
                    : method.invoke(engine, arguments));
  }

  @Benchmark
  public double round() {
    return Objects.requireNonNull(work).round(BATCH, 0.05f);
  }

  @TearDown
  public void close() {
    Objects.requireNonNull(work).close();
  }
}
