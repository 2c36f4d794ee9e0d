package dev.kula.model;

import java.util.random.RandomGenerator;

/**
 * Trains and applies one model architecture. Parameters are the caller's: a flat array of {@link
 * ParameterLayout#size()} numbers, laid out as {@link #layout()} says. An engine keeps scratch
 * memory only, no state that outlives a call; the same arguments give the same bits on one machine.
 *
 * <p>Not thread safe: one instance a thread.
 *
 * <p>Errors: {@link IllegalArgumentException} if array lengths, feature counts or class numbers do
 * not fit the layout.
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
   * @throws dev.kula.KulaException (USER) if the loss stops being finite, naming the learning rate
   */
  TrainingResult train(
      float[] parameters, Samples samples, TrainingPlan plan, RandomGenerator random);

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
