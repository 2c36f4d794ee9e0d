package dev.kula.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kula.Seed;
import dev.kula.engine.EngineCase;
import dev.kula.engine.TestSamples;
import dev.kula.model.ModelSpec;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Steps and engines that come and go leave no memory of libtorch behind. */
final class NativeMemoryTest {
  private static final EngineCase IMAGES =
      new EngineCase(ModelSpec.parse("mlp:200"), TestModules.IMAGES, TestModules.TEN_CLASSES);

  private final TestSamples samples = TestSamples.random(IMAGES, 100, 64);

  /** Bytes that malloc has given out, by glibc's {@code mallinfo2}: fields 5 and 8 of ten. */
  private static long allocated() throws Throwable {
    Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find("mallinfo2");
    assumeTrue(function.isPresent(), "this C library has no mallinfo2");
    MemoryLayout info = MemoryLayout.structLayout(repeat(ValueLayout.JAVA_LONG, 10));
    MethodHandle call =
        Linker.nativeLinker().downcallHandle(function.orElseThrow(), FunctionDescriptor.of(info));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
      return result.getAtIndex(ValueLayout.JAVA_LONG, 4)
          + result.getAtIndex(ValueLayout.JAVA_LONG, 7);
    }
  }

  private static MemoryLayout[] repeat(MemoryLayout layout, int times) {
    MemoryLayout[] layouts = new MemoryLayout[times];
    Arrays.fill(layouts, layout);
    return layouts;
  }

  @Test
  void stepsLeaveNothingBehind() throws Throwable {
    try (TrainingEngine engine =
        new TorchEngines()
            .create(TestModules.spec("mlp-200-images"), IMAGES.input(), IMAGES.task())) {
      float[] parameters = new float[engine.layout().size()];
      long before = least(engine, parameters);
      use(engine, parameters, 200);
      long after = least(engine, parameters);
      // The smallest tensor of a step but the outputs is 80 kB of hidden layer: 200 MB in all.
      assertBelow(60_000_000, after - before, "after 2,500 steps");
    }
  }

  /**
   * What is in use; of several times, since the virtual machine's compilers take some for a while.
   */
  private long least(TrainingEngine engine, float[] parameters) throws Throwable {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      use(engine, parameters, 10);
      least = Math.min(least, allocated());
    }
    return least;
  }

  /** Trains and does all else. */
  private void use(TrainingEngine engine, float[] parameters, int times) {
    float[] numbers = new float[100 * 200];
    for (int i = 0; i < times; i++) {
      TrainingPlan plan = TrainingPlan.of(10, 100, 1e-4f);
      engine.train(parameters, samples, plan, new Seed(i).generator());
      if (i % 10 == 0) {
        engine.train(parameters, samples, plan.withScope(Scope.HEAD), new Seed(i).generator());
        engine.importance(parameters, samples, numbers);
        engine.embed(parameters, samples, numbers);
        engine.evaluate(parameters, samples);
      }
    }
  }

  @Test
  void enginesLeaveNothingBehind() throws Throwable {
    comeAndGo(5);
    long before = allocated();
    comeAndGo(40);
    // Each holds 640 kB of parameters, as much of gradients, and 1 MB of buffers: 90 MB in all.
    assertBelow(40_000_000, allocated() - before, "after 40 engines");
  }

  private void comeAndGo(int times) {
    for (int i = 0; i < times; i++) {
      try (TrainingEngine engine =
          new TorchEngines()
              .create(TestModules.spec("mlp-200-images"), IMAGES.input(), IMAGES.task())) {
        engine.train(
            new float[engine.layout().size()],
            samples,
            TrainingPlan.of(1, 50, 1e-4f),
            new Seed(1).generator());
      }
    }
  }

  /** A thread that OpenMP starts has the name of the one that started it. */
  @Test
  void noThreadsAreStarted() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "this system has no /proc");
    EngineCase of =
        new EngineCase(ModelSpec.parse("cnn"), TestModules.IMAGES, TestModules.TEN_CLASSES);
    Callable<Long> threads =
        () -> {
          try (TrainingEngine engine =
              new TorchEngines().create(TestModules.spec("cnn-images"), of.input(), of.task())) {
            float[] parameters = new float[engine.layout().size()];
            engine.train(parameters, samples, TrainingPlan.of(1, 50, 1e-4f), random());
            engine.evaluate(parameters, samples);
          }
          try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> name(task).equals("torch-trainer")).count();
          }
        };
    ThreadFactory named = Thread.ofPlatform().name("torch-trainer").factory();
    try (ExecutorService thread = Executors.newSingleThreadExecutor(named)) {
      assertEquals(1, thread.submit(threads).get());
    }
  }

  private static RandomGenerator random() {
    return new Seed(1).generator();
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return ""; // It has ended since.
    }
  }

  private static void assertBelow(long most, long grown, String what) {
    assertTrue(grown < most, "%,d bytes more are in use %s".formatted(grown, what));
  }
}
