package dev.kula.device;

import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingEngine;
import java.util.Arrays;

/**
 * Losses of a model on a device's labels as if it had learnt from as many of each label as the
 * device has. A classifier's answers p(y|x) are weighed by the device's share of y over the share
 * that it learnt from (Saerens et al. 2002, <i>Adjusting the outputs of a classifier to new a
 * priori probabilities</i>, eq. 2.4): what stays is whether they see things alike, whatever they
 * have most of.
 */
final class PriorCorrection {
  private final LabelSpace labels;
  private final TrainingEngine engine;
  private final SampleSet samples;
  private final double[] own;

  /**
   * Losses on some samples.
   *
   * @param own shares of the device's labels, all positive
   */
  PriorCorrection(LabelSpace labels, TrainingEngine engine, SampleSet samples, double[] own) {
    this.labels = labels;
    this.engine = engine;
    this.samples = samples;
    this.own = own;
  }

  /**
   * A model as if it had learnt from other labels: the same correction where a model keeps it, ln
   * of a label's share over the share that it learnt from on the bias of the label's output.
   *
   * @param served shares that it shall have learnt from, all positive
   * @param learnt shares that it learnt from, all positive
   */
  static float[] onBias(float[] model, ParameterLayout layout, double[] served, double[] learnt) {
    float[] corrected = model.clone();
    int bias = layout.size() - served.length;
    for (int label = 0; label < served.length; label++) {
      corrected[bias + label] += (float) Math.log(served[label] / learnt[label]);
    }
    return corrected;
  }

  /** Loss of each sample under a candidate. */
  double[] losses(Candidate candidate, float[] present) {
    return losses(candidate.on(present), candidate.shares());
  }

  /**
   * Loss of each sample.
   *
   * @param learnt shares of the labels that the model learnt from, all positive
   */
  double[] losses(float[] model, double[] learnt) {
    int size = samples.size();
    double[] losses = new double[size];
    if (!labels.edges().isEmpty()) { // a regression
      float[] squares = new float[size];
      engine.losses(model, samples, squares);
      Arrays.setAll(losses, i -> squares[i]);
      return losses;
    }
    int outputs = engine.task().outputs();
    float[] scores = new float[size * outputs];
    engine.outputs(model, samples, scores);
    for (int i = 0; i < size; i++) {
      double all = 0;
      double right = 0;
      for (int label = 0; label < outputs; label++) {
        double score = scores[i * outputs + label] * own[label] / learnt[label];
        all += score;
        right = label == (int) samples.target(i) ? score : right;
      }
      losses[i] = -Math.log(Math.max(right / all, Double.MIN_NORMAL));
    }
    return losses;
  }
}
