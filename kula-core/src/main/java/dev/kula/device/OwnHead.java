package dev.kula.device;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.SampleSet;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;

/**
 * An output layer that never leaves its device, on a body that all share.
 *
 * <p>FedPer (Arivazhagan et al. 2019, Algorithm 2) trains both in the same steps. FedRep (Collins
 * et al. 2021, Algorithm 1) takes its τ steps of the head on the body as it came, then steps of the
 * body under the new head; here both are epochs, those of fine-tuning and those of a round. The
 * head changes when the device is in a cohort, and at no other time. Both papers train on the
 * device's samples as they are; here they are weighted towards the target, as for every personal
 * model.
 *
 * @param headPlan FedRep's training of the head
 */
record OwnHead(TrainingPlan headPlan) {
  /**
   * A round's training.
   *
   * @param head the output layer so far; empty for that of {@code global}
   * @param samples weighted
   * @param plan of all layers in FedPer, of the body in FedRep
   * @param local as long as {@code global}; becomes the model that was trained
   * @return loss in the last epoch
   */
  double train(
      Personalization how,
      float[] head,
      float[] local,
      SampleSet samples,
      TrainingPlan plan,
      TrainingEngine engine,
      Seed seed) {
    System.arraycopy(head, 0, local, local.length - head.length, head.length);
    if (how == Personalization.FEDPER) {
      return engine.train(local, samples, plan, seed.generator()).meanLoss();
    }
    engine.train(local, samples, headPlan.withScope(Scope.HEAD), seed.derive("head").generator());
    TrainingResult body =
        engine.train(local, samples, plan.withScope(Scope.BODY), seed.generator());
    return body.meanLoss();
  }

  /** Forward passes that a round's training takes. */
  double passes(Personalization how, int samples, TrainingPlan plan) {
    // The head alone is trained on embeddings, so that the body is applied to a sample once.
    return samples * (3.0 * plan.epochs() + (how == Personalization.FEDPER ? 0 : 1));
  }

  /**
   * What leaves: the change of the body.
   *
   * @param local becomes the change, which is zero in the head
   */
  static Update update(float[] global, float[] local, int headSize, int samples, double loss) {
    int body = global.length - headSize;
    System.arraycopy(global, body, local, body, headSize);
    return Update.between(global, local, samples, loss);
  }

  /** The body of {@code global} under {@code head}. */
  static float[] on(float[] global, float[] head) {
    float[] model = global.clone();
    System.arraycopy(head, 0, model, model.length - head.length, head.length);
    return model;
  }
}
