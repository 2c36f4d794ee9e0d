package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kula.KulaException;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model's numbers do not say, and whoever asks the model must know: its architecture, what
 * goes in, by which scale, and what comes out. It stands in the metadata of a file of models under
 * {@link #KEY}; {@code docs/formats.md} describes it.
 *
 * @param model in the command line's notation
 * @param input shape of a sample
 * @param labels names of the classes, in the order of the outputs; empty for a regression
 * @param columns names of a table's columns, in the order of the inputs; empty for images
 * @param means what is taken off each column; empty for images
 * @param deviations what the rest is divided by; 0 marks a column that the model sees as 0
 * @param pixels from a byte of an image to what the model sees; null for tables
 * @param target from what the model says to the unit of a regression's target; null for classes
 */
public record ModelCard(
    String model,
    InputShape input,
    List<String> labels,
    List<String> columns,
    List<Double> means,
    List<Double> deviations,
    @Nullable AffineMap pixels,
    @Nullable AffineMap target) {
  /** In the metadata of a file. */
  public static final String KEY = "card";

  public ModelCard {
    labels = List.copyOf(labels);
    columns = List.copyOf(columns);
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
    int scaled = pixels == null ? input.size() : 0;
    if (columns.size() != scaled || means.size() != scaled || deviations.size() != scaled) {
      throw KulaException.user(
          "it has %d columns, %d means and %d deviations, must have %d each"
              .formatted(columns.size(), means.size(), deviations.size(), scaled));
    }
    if (target == null ? labels.size() < 2 : !labels.isEmpty()) {
      throw KulaException.user(
          "it has %d labels, must have two or more, or none and a target".formatted(labels.size()));
    }
  }

  /**
   * One affine map: {@code scale · number + shift}.
   *
   * @param scale factor
   * @param shift what is added then
   */
  public record AffineMap(double scale, double shift) {}

  /** The architecture. */
  public ModelSpec spec() {
    return ModelSpec.parse(model);
  }

  /** What is predicted. */
  public Task task() {
    return labels.isEmpty() ? new Task.Regression() : new Task.Classification(labels.size());
  }

  /** As metadata have it. */
  public String text() {
    return RunJson.tree(this).toString();
  }

  /**
   * What {@link #text} once gave.
   *
   * @throws KulaException USER if it is not
   */
  public static ModelCard parse(String text) {
    try {
      ModelCard card = Json.MAPPER.readValue(text, ModelCard.class);
      if (card == null) {
        throw KulaException.user("its card is null; repeat the run");
      }
      card.spec();
      return card;
    } catch (JsonProcessingException malformed) {
      throw KulaException.user(
          "its card is not as docs/formats.md says (%s); copy the file again or repeat the run"
              .formatted(malformed.getOriginalMessage().lines().findFirst().orElse("")),
          malformed);
    }
  }
}
