package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.List;

/**
 * Fine-tuning of the output layer on one global model. The body is applied to each sample once;
 * after that the head is a softmax or linear layer on embeddings, trained by an engine of its own,
 * so that trying a swap at the gate costs little.
 */
final class HeadTuning {
  private final TrainingData data;
  private final Personalizer personalizer;
  private final float[] global;
  private final Workbench bench;
  private final Account account;
  private final ParameterLayout layout;
  private final SampleSet checkpointFold;

  /**
   * What a personal head is made of.
   *
   * @param samples embedded, weighted towards the target
   * @param visits changes of the head that visits brought, added up; applied after fine-tuning
   */
  record Ingredients(SampleSet samples, float[] visits) {}

  HeadTuning(
      TrainingData data, TrainingPlan plan, float[] global, Workbench bench, Account account) {
    this.data = data;
    this.personalizer = new Personalizer(plan);
    this.global = global;
    this.bench = bench;
    this.account = account;
    this.layout = bench.engine().layout();
    this.checkpointFold = embed(data.checkpointFold());
  }

  /** Samples whose features are what feeds the output layer. */
  SampleSet embed(SampleSet samples) {
    int width = bench.engine().embeddingSize();
    float[] embeddings = new float[samples.size() * width];
    bench.engine().embed(global, samples, embeddings);
    account.worked(samples.size());
    return samples.withFeatures(embeddings, width);
  }

  /** Ingredients of a ledger's samples and some visits. */
  Ingredients ingredients(SampleSet samples, List<AcceptedSwap> accepted) {
    float[] visits = new float[layout.headSize()];
    for (AcceptedSwap swap : accepted) {
      add(visits, swap.headDelta());
    }
    return new Ingredients(data.towardsTarget(embed(samples)), visits);
  }

  /** With one more visit. */
  Ingredients plusVisit(Ingredients base, float[] headDelta) {
    float[] visits = base.visits().clone();
    add(visits, headDelta);
    return new Ingredients(base.samples(), visits);
  }

  /** With some more samples. */
  Ingredients plusSamples(Ingredients base, SampleSet samples) {
    SampleSet all = SampleSet.concat(List.of(base.samples(), embed(samples)));
    return new Ingredients(data.towardsTarget(all), base.visits());
  }

  /** The personal head. */
  float[] head(Ingredients ingredients, Seed seed) {
    float[] start = Arrays.copyOfRange(global, layout.headOffset(), layout.size());
    float[] head =
        personalizer.personalize(
            bench.headEngine(), start, ingredients.samples(), checkpointFold, seed);
    add(head, ingredients.visits());
    return head;
  }

  /** The personal model: the global body under the personal head. */
  float[] model(Ingredients ingredients, Seed seed) {
    float[] model = global.clone();
    float[] head = head(ingredients, seed);
    System.arraycopy(head, 0, model, layout.headOffset(), head.length);
    return model;
  }

  private static void add(float[] sum, float[] change) {
    for (int i = 0; i < change.length; i++) {
      sum[i] += change[i];
    }
  }
}
