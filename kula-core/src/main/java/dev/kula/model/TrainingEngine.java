package dev.kula.model;

import dev.kula.KulaException;
import java.util.random.RandomGenerator;

/**
 * Trains and applies one model architecture. Parameters are the caller's: a flat array of {@link
 * ParameterLayout#size()} numbers, laid out as {@link #layout()} says. An engine keeps scratch
 * memory only, no state that outlives a call; the same arguments give the same bits on one machine.
 *
 * <p>Not thread safe: one instance a thread.
 *
 * <p>Errors: {@link IllegalArgumentException} if array lengths, an anchor's too, feature counts or
 * class numbers do not fit the layout.
 */
public interface TrainingEngine extends AutoCloseable {
  /** Where each tensor lies. */
  ParameterLayout layout();

  /** What the model predicts. */
  Task task();

  /**
   * Where training starts: He-uniform weights (He et al. 2015) from {@code random} and zero biases,
   * or the parameters that a model brings with it, whatever {@code random} is.
   */
  float[] initialParameters(RandomGenerator random);

  /**
   * Trains in place. Tensors outside {@code plan.scope()} keep their bits. With {@link Scope#HEAD}
   * the body is applied once a sample, not once an epoch.
   *
   * @throws KulaException (USER) if the loss stops being finite, naming the learning rate
   */
  TrainingResult train(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random);

  /** Whether {@link #trainCorrected} is there. */
  default boolean correctsSteps() {
    return false;
  }

  /**
   * As {@link #train}, with a fixed correction added to the gradient of each step.
   *
   * @param correction one number a parameter; those outside {@code plan.scope()} do not count
   * @throws KulaException (USER) if the loss stops being finite, or if there is no {@link
   *     #correctsSteps}
   */
  default TrainingResult trainCorrected(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      float[] correction,
      RandomGenerator random) {
    throw KulaException.user(
        "this model computes with '%s', which cannot correct its steps; use a built-in model"
            .formatted(backend()));
  }

  /** Whether {@link #trainPrivately} is there; without it, only whole updates can be clipped. */
  default boolean clipsEachSample() {
    return false;
  }

  /**
   * Trains in place by steps of which each sees the samples only through one noised sum of clipped
   * gradients. The clipped gradient of a sample is that of its loss times its weight. All samples
   * of a step are worked on together; no gradient of a single one is ever stored whole (ghost
   * clipping: Li et al. 2022, <i>Large Language Models Can Be Strong Differentially Private
   * Learners</i>, section 4).
   *
   * <p>Sums are made in floats, whose rounding depends on what else is in the sum: a share of about
   * 10⁻⁶ of C that no proof covers.
   *
   * @param plan the optimiser's part of it: learning rate, momentum, decay, μ with its anchor, and
   *     scope, which is not the body alone. Its epochs and batch size do not count
   * @param noise called once a step, also if the step took no sample
   * @param random who is taken; secret where privacy is claimed
   * @return the loss over the samples taken in the last step: data, not to be released
   * @throws KulaException (USER) if the loss stops being finite, or if there is no {@link
   *     #clipsEachSample}
   */
  default TrainingResult trainPrivately(
      float[] parameters,
      Samples samples,
      TrainingPlan plan,
      PrivateSteps steps,
      GradientNoise noise,
      RandomGenerator random) {
    throw KulaException.user(
        "this model computes with '%s', which cannot clip the gradient of each sample; clip whole updates or use a built-in model"
            .formatted(backend()));
  }

  /**
   * L2 norm of each sample's gradient over all parameters, its weight included: what {@link
   * #trainPrivately} clips. Into {@code into[0..samples.size())}.
   *
   * @throws KulaException (USER) if there is no {@link #clipsEachSample}
   */
  default void gradientNorms(float[] parameters, Samples samples, float[] into) {
    throw KulaException.user(
        "this model computes with '%s', which has no gradient of each sample; clip whole updates or use a built-in model"
            .formatted(backend()));
  }

  /** Weighted loss and right answers over all samples. */
  Evaluation evaluate(float[] parameters, Samples samples);

  /** Unweighted loss of each sample, into {@code into[0..samples.size())}. */
  void losses(float[] parameters, Samples samples, float[] into);

  /** Class probabilities or predictions, row-major {@code [samples.size(), task().outputs()]}. */
  void outputs(float[] parameters, Samples samples, float[] into);

  /** Numbers in one embedding: the width of what feeds the output layer. */
  int embeddingSize();

  /** What feeds the output layer, row-major {@code [samples.size(), embeddingSize()]}. */
  void embed(float[] parameters, Samples samples, float[] into);

  /**
   * Importance of each sample: Σ over its features of |xₖ · ∂loss/∂xₖ| on these parameters
   * (gradient × input, Shrikumar et al. 2017), into {@code into[0..samples.size())}.
   */
  void importance(float[] parameters, Samples samples, float[] into);

  /** What computes, for reports: such as {@code onednn} or {@code java}. */
  String backend();

  /** Frees native memory, if any. */
  @Override
  default void close() {}
}
