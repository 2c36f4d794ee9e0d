package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.device.PendingSwap.Arrival;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingPlan;
import java.util.ArrayList;
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
   * @param virtual samples that come embedded, and stay as they are whatever the model
   * @param samples all of both, embedded, weighted towards the target; the ledger's first ones
   *     first
   * @param visits changes of the head that visits brought, added up; applied after fine-tuning
   */
  record Ingredients(
      HeadTuning tuning, SampleSet ledger, SampleSet virtual, SampleSet samples, float[] visits) {
    /** With what a swap brought. */
    Ingredients plus(Arrival arrival) {
      return switch (arrival) {
        case Arrival.Copies copies -> plusSamples(copies.samples());
        case Arrival.Change change -> plusVisit(change.delta());
        case Arrival.Virtual drawn -> plusVirtual(drawn.samples());
        case Arrival.Sums sums ->
            throw new IllegalArgumentException("nothing has been drawn from class sums");
      };
    }

    /** With one more visit: of the head, or of the whole model that fine-tuning starts from. */
    private Ingredients plusVisit(float[] delta) {
      if (delta.length == tuning.layout.headSize()) {
        return new Ingredients(tuning, ledger, virtual, samples, sum(visits, delta));
      }
      return tuning.from(sum(tuning.start, delta)).on(ledger, virtual, visits);
    }

    private Ingredients plusSamples(SampleSet more) {
      return new Ingredients(
          tuning,
          SampleSet.concat(List.of(ledger, more)),
          virtual,
          weighted(tuning.embed(more)),
          visits);
    }

    private Ingredients plusVirtual(SampleSet more) {
      return new Ingredients(
          tuning, ledger, SampleSet.concat(List.of(virtual, more)), weighted(more), visits);
    }

    private SampleSet weighted(SampleSet more) {
      return tuning.data.towardsTarget(SampleSet.concat(List.of(samples, more)));
    }

    /** The personal head. */
    float[] head(Seed seed) {
      return head(samples, seed);
    }

    /** The head that some of the samples alone make. */
    float[] headOn(int[] indices, Seed seed) {
      return head(tuning.data.towardsTarget(samples.select(indices)), seed);
    }

    private float[] head(SampleSet tunedOn, Seed seed) {
      float[] head =
          Arrays.copyOfRange(tuning.start, tuning.layout.headOffset(), tuning.layout.size());
      float[] tuned =
          new Personalizer(tuning.plan)
              .personalize(tuning.bench.headEngine(), head, tunedOn, tuning.checkpointFold, seed);
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

  /** Ingredients of a ledger's samples and what else swaps brought. */
  Ingredients ingredients(SampleSet ledger, List<AcceptedSwap> accepted) {
    HeadTuning from = this;
    float[] visits = new float[layout.headSize()];
    int width = bench.engine().embeddingSize();
    List<SampleSet> virtual = new ArrayList<>(List.of(SampleSet.empty(width)));
    for (AcceptedSwap swap : accepted) {
      switch (swap.exchange()) {
        case VISIT -> visits = sum(visits, swap.numbers());
        case WHOLE_VISIT -> from = from.from(sum(from.start, swap.numbers()));
        case SYNTHETIC -> virtual.add(VirtualSamples.rows(swap.numbers(), width, swap.labels()));
        case RAW -> {} // in the ledger
      }
    }
    return from.on(ledger, SampleSet.concat(virtual), visits);
  }

  private Ingredients on(SampleSet ledger, SampleSet virtual, float[] visits) {
    SampleSet all = SampleSet.concat(List.of(embed(ledger), virtual));
    return new Ingredients(this, ledger, virtual, data.towardsTarget(all), visits);
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
