package dev.kula.client;

import java.util.List;

/** What a model says of one sample, in the words and units of the device's own table. */
public sealed interface Prediction {
  /**
   * A class.
   *
   * @param label the most likely one
   * @param probabilities of all labels, by {@link ServedModel#labels()}; they sum to 1
   */
  record Label(String label, List<Double> probabilities) implements Prediction {
    public Label {
      probabilities = List.copyOf(probabilities);
    }
  }

  /** A number. */
  record Value(double value) implements Prediction {}
}
