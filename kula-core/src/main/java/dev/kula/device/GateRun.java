package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.swap.Gate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate at one closing of swaps: held-out losses of candidate personal heads, trained with the
 * same seeds on both sides. What an accepted swap led to is what the next one is judged against.
 */
final class GateRun {
  private final HeadTuning tuning;
  private final SampleSet fold;
  private final Gate gate;
  private final Seed seed;
  private final Workbench bench;
  private HeadTuning.Ingredients base;
  private double @Nullable [] baseLosses;

  GateRun(
      HeadTuning tuning,
      TrainingData data,
      Supplier<HeadTuning.Ingredients> base,
      Gate gate,
      Seed seed,
      Workbench bench) {
    this.tuning = tuning;
    this.fold = tuning.embed(data.gateFold());
    this.gate = gate;
    this.seed = seed;
    this.bench = bench;
    this.base = base.get();
  }

  HeadTuning.Ingredients plusVisit(float[] headDelta) {
    return tuning.plusVisit(base, headDelta);
  }

  HeadTuning.Ingredients plusSamples(SampleSet samples) {
    return tuning.plusSamples(base, samples);
  }

  /** Losses of the device as it stands. */
  double[] losses() {
    double[] known = baseLosses;
    if (known == null) {
      known = losses(base);
      baseLosses = known;
    }
    return known;
  }

  /** Weighted loss of each sample of the gate's fold, mean over repeats. */
  double[] losses(HeadTuning.Ingredients ingredients) {
    float[] each = new float[fold.size()];
    double[] mean = new double[fold.size()];
    for (int repeat = 0; repeat < gate.repeats(); repeat++) {
      float[] head = tuning.head(ingredients, seed.derive("gate").derive(repeat));
      bench.headEngine().losses(head, fold, each);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += fold.weight(i) * each[i] / gate.repeats();
      }
    }
    return mean;
  }

  /** A candidate was let in. */
  void advance(HeadTuning.Ingredients next, double[] losses) {
    base = next;
    baseLosses = losses;
  }
}
