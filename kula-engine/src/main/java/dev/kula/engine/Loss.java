package dev.kula.engine;

import dev.kula.model.Task;

/**
 * What a network's outputs cost. {@code output} holds one sample's raw outputs from {@code offset}
 * on.
 *
 * <p>Not thread safe: keeps scratch memory.
 */
sealed interface Loss permits CrossEntropy, SquaredError {
  static Loss of(Task task) {
    return switch (task) {
      case Task.Classification classification -> new CrossEntropy(classification.classes());
      case Task.Regression regression -> new SquaredError();
    };
  }

  /** Whether {@code target} can be met at all; the rule is {@link #targetRule()}. */
  boolean accepts(float target);

  /** What a target must be. */
  String targetRule();

  /** The loss. */
  double value(float[] output, int offset, float target);

  /**
   * The loss, and its gradient times {@code scale} into {@code gradient} from {@code offset} on.
   */
  double gradient(float[] output, int offset, float target, float scale, float[] gradient);

  /** 1 if the largest output is at the target's class, else 0. */
  int right(float[] output, int offset, float target);

  /** Probabilities or predictions, into {@code into} from {@code intoOffset} on. */
  void predict(float[] output, int offset, float[] into, int intoOffset);
}
