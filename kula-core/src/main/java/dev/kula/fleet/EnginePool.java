package dev.kula.fleet;

import dev.kula.device.LocalModel;
import dev.kula.model.TrainingEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Threads that compute, each with engines and memory of its own. Results come in the order of the
 * tasks.
 */
public final class EnginePool implements AutoCloseable {
  /**
   * What one thread works with.
   *
   * @param model engine of the whole model
   * @param head engine of the output layer, on embeddings
   * @param local memory for the model that a device trains
   */
  public record Engines(TrainingEngine model, TrainingEngine head, LocalModel local) {
    void close() {
      model.close();
      head.close();
    }
  }

  private final ExecutorService executor;
  private final BlockingQueue<Engines> engines;

  /**
   * A pool whose threads have started.
   *
   * @param threads at least 1
   * @param factory called once a thread, by the caller's
   */
  public EnginePool(int threads, Supplier<Engines> factory) {
    this.executor =
        Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("kula-", 0).factory());
    this.engines = new ArrayBlockingQueue<>(threads);
    for (int i = 0; i < threads; i++) {
      engines.add(factory.get());
    }
  }

  /** Runs all tasks; the first one that fails, in their order, decides what is thrown. */
  public <T> List<T> run(List<Function<Engines, T>> tasks) {
    List<Future<T>> futures = new ArrayList<>();
    for (Function<Engines, T> task : tasks) {
      Callable<T> call =
          () -> {
            Engines engine = engines.take();
            try {
              return task.apply(engine);
            } finally {
              engines.add(engine);
            }
          };
      futures.add(executor.submit(call));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(await(future));
    }
    return results;
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while devices were working", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException("a device failed", e.getCause());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    engines.forEach(Engines::close);
  }
}
