package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.List;

/**
 * Fine-tuning of the output layer on one model. The body is applied to each sample once; after that
 * the head is a softmax or linear layer on embeddings, trained by an engine of its own, so that
 * trying a swap at the gate costs little.
 */
final class HeadTuning {
  private final TrainingData data;
  private final TrainingPlan plan;
  private final float[] start;
  private final Workbench bench;
  private final Account account;
  private final ParameterLayout layout;
  private final SampleSet checkpointFold;

  /**
   * What a personal head is made of.
   *
   * @param tuning by which model samples are embedded, and whose head is tuned
   * @param ledger the samples as they are
   * @param samples embedded, weighted towards the target
   * @param visits changes of the head that visits brought, added up; applied after fine-tuning
   */
  record Ingredients(HeadTuning tuning, SampleSet ledger, SampleSet samples, float[] visits) {
    /** With one more visit: of the head, or of the whole model that fine-tuning starts from. */
    Ingredients plusVisit(float[] delta) {
      if (delta.length == tuning.layout.headSize()) {
        return new Ingredients(tuning, ledger, samples, sum(visits, delta));
      }
      return tuning.from(sum(tuning.start, delta)).on(ledger, visits);
    }

    /** With some more samples. */
    Ingredients plusSamples(SampleSet more) {
      SampleSet all = SampleSet.concat(List.of(samples, tuning.embed(more)));
      return new Ingredients(
          tuning, SampleSet.concat(List.of(ledger, more)), tuning.data.towardsTarget(all), visits);
    }

    /** With some of the samples only. */
    Ingredients only(int[] indices) {
      SampleSet some = tuning.data.towardsTarget(samples.select(indices));
      return new Ingredients(tuning, ledger.select(indices), some, visits);
    }

    /** The personal head. */
    float[] head(Seed seed) {
      float[] head =
          Arrays.copyOfRange(tuning.start, tuning.layout.headOffset(), tuning.layout.size());
      float[] tuned =
          new Personalizer(tuning.plan)
              .personalize(tuning.bench.headEngine(), head, samples, tuning.checkpointFold, seed);
      return sum(tuned, visits);
    }

    /** The personal model: the body under the personal head. */
    float[] model(Seed seed) {
      float[] model = tuning.start.clone();
      float[] head = head(seed);
      System.arraycopy(head, 0, model, tuning.layout.headOffset(), head.length);
      return model;
    }
  }

  HeadTuning(
      TrainingData data, TrainingPlan plan, float[] start, Workbench bench, Account account) {
    this.data = data;
    this.plan = plan;
    this.start = start;
    this.bench = bench;
    this.account = account;
    this.layout = bench.engine().layout();
    this.checkpointFold = embed(data.checkpointFold());
  }

  /** The same from another model. */
  private HeadTuning from(float[] model) {
    return new HeadTuning(data, plan, model, bench, account);
  }

  /** Ingredients of a ledger's samples and some visits. */
  Ingredients ingredients(SampleSet ledger, List<AcceptedSwap> accepted) {
    HeadTuning from = this;
    float[] visits = new float[layout.headSize()];
    for (AcceptedSwap swap : accepted) {
      if (swap.delta().length == layout.size()) {
        from = from(sum(from.start, swap.delta()));
      } else if (swap.delta().length > 0) {
        visits = sum(visits, swap.delta());
      }
    }
    return from.on(ledger, visits);
  }

  private Ingredients on(SampleSet ledger, float[] visits) {
    return new Ingredients(this, ledger, data.towardsTarget(embed(ledger)), visits);
  }

  /** Samples whose features are what feeds the output layer. */
  private SampleSet embed(SampleSet samples) {
    int width = bench.engine().embeddingSize();
    float[] embeddings = new float[samples.size() * width];
    bench.engine().embed(start, samples, embeddings);
    account.worked(samples.size());
    return samples.withFeatures(embeddings, width);
  }

  private static float[] sum(float[] one, float[] other) {
    float[] sum = one.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }
}
