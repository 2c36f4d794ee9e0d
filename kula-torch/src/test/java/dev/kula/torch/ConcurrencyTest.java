package dev.kula.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.pytorch.engine.PtGradientCollector;
import ai.djl.pytorch.jni.JniUtils;
import dev.kula.Seed;
import dev.kula.engine.EngineCase;
import dev.kula.engine.TestSamples;
import dev.kula.model.ModelSpec;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Engines beside one another do not show in what each computes, though DJL offers one gradient
 * collector for the whole process.
 */
final class ConcurrencyTest {
  private static final int DEVICES = 12;

  /** One piece of training: which module, on which device's samples. */
  private record Job(String module, EngineCase of, int device, TrainingPlan plan) {
    float[] run() {
      try (TrainingEngine engine =
          new TorchEngines().create(TestModules.spec(module), of.input(), of.task())) {
        float[] parameters = new float[engine.layout().size()];
        var random = new Seed(70 + device).generator();
        for (int i = 0; i < parameters.length; i++) {
          parameters[i] = 0.2f * (random.nextFloat() - 0.5f);
        }
        TestSamples samples = TestSamples.random(of, 50, 80 + device);
        engine.train(parameters, samples, plan, new Seed(90 + device).generator());
        // Everything that runs a pass, so that all of it is beside all of it.
        float[] results = new float[50];
        engine.importance(parameters, samples, results);
        float[] embeddings = new float[50 * engine.embeddingSize()];
        engine.embed(parameters, samples, embeddings);
        engine.train(
            parameters, samples, plan.withEpochs(1).withScope(Scope.HEAD), new Seed(1).generator());
        float[] all = Arrays.copyOf(parameters, parameters.length + 50 + embeddings.length);
        System.arraycopy(results, 0, all, parameters.length, 50);
        System.arraycopy(embeddings, 0, all, parameters.length + 50, embeddings.length);
        return all;
      }
    }
  }

  /** 12 devices × 5 epochs × 5 steps, and a fifth as many of the head. */
  @ParameterizedTest
  @CsvSource({"mlp-200-images, 5", "dropout, 20"})
  void threadsDoNotShowInTheBits(String module, int epochs) throws Exception {
    assertThreadsDoNotShow(module, epochs);
  }

  /** 12 devices × 80 epochs × 5 steps are 4,800. */
  @ParameterizedTest
  @CsvSource({"mlp-200-images, 80", "dropout, 80", "cnn-images, 2"})
  @Tag("slow")
  void norAfterThousandsOfSteps(String module, int epochs) throws Exception {
    assertThreadsDoNotShow(module, epochs);
  }

  private static void assertThreadsDoNotShow(String module, int epochs) throws Exception {
    EngineCase of =
        module.endsWith("images")
            ? new EngineCase(ModelSpec.parse("cnn"), TestModules.IMAGES, TestModules.TEN_CLASSES)
            : new EngineCase(
                ModelSpec.parse("softmax"), TestModules.SIX, TestModules.THREE_CLASSES);
    TrainingPlan plan = new TrainingPlan(epochs, 10, 0.01f, 0.5f, 0.001f, 0.01f, Scope.ALL);
    List<Job> jobs = new ArrayList<>();
    for (int device = 0; device < DEVICES; device++) {
      jobs.add(new Job(module, of, device, plan));
    }
    List<float[]> alone = jobs.stream().map(Job::run).toList();
    assertFalse(Arrays.equals(alone.get(0), alone.get(1)), "devices differ");
    for (int threads : new int[] {2, 4}) {
      List<float[]> together = together(jobs, threads);
      for (int i = 0; i < DEVICES; i++) {
        assertArrayEquals(alone.get(i), together.get(i), "device " + i + ", threads " + threads);
      }
    }
  }

  private static List<float[]> together(List<Job> jobs, int threads) throws Exception {
    List<float[]> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<float[]>> calls = new ArrayList<>();
      jobs.forEach(job -> calls.add(job::run));
      for (Future<float[]> future : pool.invokeAll(calls)) {
        results.add(future.get());
      }
    }
    return results;
  }

  @Test
  void anEngineMayGoFromThreadToThread() throws Exception {
    EngineCase of =
        new EngineCase(ModelSpec.parse("mlp:7"), TestModules.SIX, TestModules.THREE_CLASSES);
    TestSamples samples = TestSamples.random(of, 30, 62);
    TrainingPlan plan = TrainingPlan.of(2, 4, 0.1f);
    try (TrainingEngine engine = TestModules.engine("trained");
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      Callable<float[]> training =
          () -> {
            float[] parameters = engine.initialParameters(new Seed(1).generator());
            engine.train(parameters, samples, plan, new Seed(2).generator());
            return parameters;
          };
      float[] here = training.call();
      assertArrayEquals(here, other.submit(training).get());
      assertArrayEquals(here, training.call());
    }
  }

  /** An application that embeds Kula may use DJL's collector while Kula computes. */
  @Test
  void theCollectorOfOthersIsLeftToThem() {
    EngineCase of =
        new EngineCase(ModelSpec.parse("mlp:7"), TestModules.SIX, TestModules.THREE_CLASSES);
    try (TrainingEngine engine = TestModules.engine("trained")) {
      float[] parameters = engine.initialParameters(new Seed(1).generator());
      try (PtGradientCollector collector = new PtGradientCollector()) {
        assertThrows(IllegalStateException.class, PtGradientCollector::new, "one a process");
        int steps =
            engine
                .train(
                    parameters,
                    TestSamples.random(of, 8, 63),
                    TrainingPlan.of(1, 4, 0.1f),
                    new Seed(2).generator())
                .steps();
        assertEquals(2, steps);
        assertTrue(JniUtils.isGradMode(), "as the collector left it");
        collector.zeroGradients();
      }
    }
  }
}
