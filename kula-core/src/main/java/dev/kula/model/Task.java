package dev.kula.model;

/** What a model predicts, and with it the loss: cross-entropy or mean squared error. */
public sealed interface Task {
  /** Units in the output layer. */
  int outputs();

  /**
   * Softmax cross-entropy over classes {@code 0..classes-1}; targets are class numbers.
   *
   * @param classes at least 2
   */
  record Classification(int classes) implements Task {
    public Classification {
      if (classes < 2) {
        throw new IllegalArgumentException("classes is " + classes + ", must be at least 2");
      }
    }

    @Override
    public int outputs() {
      return classes;
    }
  }

  /** Half the squared error on one real target, which readers standardise on training data. */
  record Regression() implements Task {
    @Override
    public int outputs() {
      return 1;
    }
  }
}
