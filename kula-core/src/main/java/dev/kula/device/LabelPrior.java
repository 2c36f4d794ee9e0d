package dev.kula.device;

import dev.kula.data.LabelSpace;
import dev.kula.model.ParameterLayout;
import java.util.Optional;

/**
 * What labels the model that a device was sent has learnt from: those of its group, where it knows
 * of groups, else those of the whole fleet, if it has been told. A personal model starts from it as
 * if it had learnt from as many of each label as it has to serve, so that the few samples that a
 * device has need not teach it what all know already.
 *
 * <p>Not thread safe.
 */
final class LabelPrior {
  private final LabelSpace labels;
  private final TrainingData data;
  private final GroupChoice groups;
  private double[] fleet = {};

  LabelPrior(LabelSpace labels, TrainingData data, GroupChoice groups) {
    this.labels = labels;
    this.data = data;
    this.groups = groups;
  }

  /** Takes what the fleet has of each label; lets lie what are no shares. */
  void take(Message.FleetLabels message) {
    if (Candidate.present(message.shares()).fits(0, labels.size())) {
      fleet = message.shares().clone();
    }
  }

  /**
   * The model to start from.
   *
   * @return {@code model} itself if nothing is known, or if it predicts no labels
   */
  float[] towardsTarget(float[] model, ParameterLayout layout) {
    Optional<double[]> ofGroup = groups.shares();
    double[] learnt = ofGroup.orElse(fleet);
    return learnt.length == 0 || !labels.edges().isEmpty()
        ? model
        : PriorCorrection.onBias(model, layout, data.targetShares(), learnt);
  }

  /** Shares of the fleet's labels; empty if it has not been told. */
  double[] fleet() {
    return fleet.clone();
  }

  void restore(double[] shares) {
    fleet = shares.clone();
  }
}
