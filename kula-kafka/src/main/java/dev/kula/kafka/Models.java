package dev.kula.kafka;

import dev.kula.KulaException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The last models that came, by name. Thread safe. */
final class Models {
  /** How many there are at the most that jobs may refer to. */
  static final int MOST = 8;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Map<String, byte[]> models = new LinkedHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  void add(String name, byte[] model) {
    lock.lock();
    try {
      models.remove(name);
      models.put(name, model);
      if (models.size() > MOST) {
        models.remove(models.keySet().iterator().next());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A model; waits for it if it has not come.
   *
   * @throws KulaException REMOTE, if it does not
   */
  byte[] get(String name) {
    long left = PATIENCE.toNanos();
    lock.lock();
    try {
      while (!models.containsKey(name)) {
        if (left <= 0) {
          throw KulaException.remote(
              "model %s has not come within %d s; the device comes again"
                  .formatted(name.substring(0, 8), PATIENCE.toSeconds()));
        }
        left = changed.awaitNanos(left);
      }
      return models.get(name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a model was on its way", e);
    } finally {
      lock.unlock();
    }
  }
}
