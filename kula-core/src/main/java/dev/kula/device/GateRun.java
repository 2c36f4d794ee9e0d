package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.swap.Gate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The gate at one closing of swaps. Cross-validates: the device's own and base training samples are
 * judged in folds by heads that were tuned on the other folds, with the same seeds with and without
 * the swap. What an accepted swap led to is what the next one is judged against.
 */
final class GateRun {
  private final TrainingData data;
  private final int[] fold;
  private final Gate gate;
  private final Seed seed;
  private final Workbench bench;
  private HeadTuning.Ingredients base;
  private double @Nullable [] baseLosses;

  GateRun(TrainingData data, HeadTuning.Ingredients base, Gate gate, Seed seed, Workbench bench) {
    this.data = data;
    this.fold = data.gateFolds(gate.folds());
    this.gate = gate;
    this.seed = seed;
    this.bench = bench;
    this.base = base;
  }

  /** The device as it stands, what was let in so far included. */
  HeadTuning.Ingredients base() {
    return base;
  }

  /** The device's own and base training samples, embedded. */
  SampleSet judged() {
    return base.samples().select(IntStream.range(0, fold.length).toArray());
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

  /** Weighted loss of each sample that is judged. */
  double[] losses(HeadTuning.Ingredients ingredients) {
    double[] losses = new double[fold.length];
    SampleSet all = ingredients.samples();
    SampleSet judged = data.towardsTarget(all.select(IntStream.range(0, fold.length).toArray()));
    for (int k = 0; k < gate.folds(); k++) {
      int part = k;
      int[] out = IntStream.range(0, fold.length).filter(i -> fold[i] == part).toArray();
      int[] in =
          IntStream.range(0, all.size()).filter(i -> i >= fold.length || fold[i] != part).toArray();
      if (out.length == 0 || in.length == 0) {
        continue;
      }
      float[] head = ingredients.headOn(in, seed.derive("gate").derive(part));
      SampleSet questions = judged.select(out);
      float[] each = new float[out.length];
      bench.headEngine().losses(head, questions, each);
      for (int i = 0; i < out.length; i++) {
        losses[out[i]] = questions.weight(i) * each[i];
      }
    }
    return losses;
  }

  /** A candidate was let in. */
  void advance(HeadTuning.Ingredients next, double[] losses) {
    base = next;
    baseLosses = losses;
  }
}
