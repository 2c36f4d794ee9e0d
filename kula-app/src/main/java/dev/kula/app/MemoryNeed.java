package dev.kula.app;

import dev.kula.data.FederatedData;

/**
 * About how much memory a simulation takes at least: an estimate, not a promise. It fails where the
 * samples alone do not fit, and warns where there is less than twice of it.
 *
 * @param samples bytes of what devices train on and are examined on
 * @param devices bytes of their states in memory
 * @param work bytes of the models that threads have in hand
 */
record MemoryNeed(long samples, long devices, long work) {
  /** Of a device beside its samples and models. */
  private static final long DEVICE_BYTES = 7_000;

  /** Models of a thread: the global one, the update, activations, the head's. */
  private static final int MODELS = 8;

  /** Java, its code, and the run's own tables. */
  private static final long BASIS = 24L << 20;

  static MemoryNeed of(RunSettings settings, FederatedData data, int parameters) {
    long model = 4L * parameters;
    int fleet = data.devices().size();
    int resident = fleet > settings.spillAbove() ? settings.threads() : fleet;
    boolean keepsModels =
        !settings.personalization().equals("fine-tune")
            && !settings.personalization().equals("none")
            && !settings.personalization().equals("local");
    boolean corrects = settings.strategy().equals("scaffold");
    long kept = (keepsModels ? model : 0) + (corrects ? model : 0);
    return new MemoryNeed(
        4L * data.dataset().size() * data.dataset().input().size(),
        resident * (DEVICE_BYTES + kept),
        (long) settings.threads() * MODELS * model);
  }

  long bytes() {
    return BASIS + samples + devices + work;
  }

  /** Whether that fits into a heap of so many bytes. */
  Finding beside(long heap) {
    String found =
        "a run with these flags takes about %d MB (samples %d, devices %d, models at work %d), the heap is %d MB"
            .formatted(bytes() >> 20, samples >> 20, devices >> 20, work >> 20, heap >> 20);
    String remedy =
        "give Java more, such as KULA_JAVA_OPTIONS=-Xmx%dg; or fewer --devices, a lower --spill-above, a smaller --model"
            .formatted(Math.max(1, Math.ceilDiv(2 * bytes(), 1L << 30)));
    if (samples >= heap) {
      return Finding.fail("memory", found, remedy);
    }
    return 2 * bytes() > heap ? Finding.warn("memory", found, remedy) : Finding.ok("memory", found);
  }
}
