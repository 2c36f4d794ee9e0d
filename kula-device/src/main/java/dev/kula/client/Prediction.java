package dev.kula.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** What a model says of one sample, in the words and units of the device's own table. */
public sealed interface Prediction {
  /**
   * A class.
   *
   * @param label the most likely one
   * @param probabilities of all labels, by name, in the order of the fleet's schema; they sum to 1
   */
  record Label(String label, SequencedMap<String, Double> probabilities) implements Prediction {
    public Label {
      probabilities = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(probabilities));
    }
  }

  /** A number. */
  record Value(double value) implements Prediction {}
}
