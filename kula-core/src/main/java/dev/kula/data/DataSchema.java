package dev.kula.data;

import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * How all devices of a fleet read tables of their own alike: by which columns, in which order, with
 * which numbers for the labels, and on one scale. An operator takes it from an example that is no
 * device's secret. Immutable by contract and thread safe.
 *
 * @param features names of the columns that models see, in the order in which they see them
 * @param label name of the column to predict
 * @param time name of the column that says when a row was recorded; empty if there is none
 * @param task what to predict
 * @param labels bins in which labels are counted; of a classification the names of the classes, of
 *     a regression with edges on the scale of {@code standardisation}
 * @param standardisation from a table's numbers to what models see; of every feature, and of the
 *     target of a regression
 */
public record DataSchema(
    List<String> features,
    String label,
    Optional<String> time,
    Task task,
    LabelSpace labels,
    Standardisation standardisation) {
  public DataSchema {
    features = List.copyOf(features);
    List<String> names = new ArrayList<>(features);
    names.add(label);
    time.ifPresent(names::add);
    if (features.isEmpty() || names.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "columns are %s, must be a feature at least, and have names".formatted(names));
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("columns are %s, must differ".formatted(names));
    }
    int scaled = standardisation.features().map(columns -> columns.means().length).orElse(0);
    if (scaled != features.size()) {
      throw new IllegalArgumentException(
          "%d columns have a scale, must be all %d features".formatted(scaled, features.size()));
    }
    boolean fits =
        switch (task) {
          case Task.Classification classification ->
              labels.edges().isEmpty()
                  && labels.size() == classification.classes()
                  && standardisation.target().isEmpty();
          case Task.Regression regression ->
              !labels.edges().isEmpty() && standardisation.target().isPresent();
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "labels %s with %s do not fit %s".formatted(labels, standardisation.target(), task));
    }
  }

  /** Shape of a sample. */
  public InputShape input() {
    return InputShape.vector(features.size());
  }

  /** A table that was read by this schema, as models are to see it. */
  public Dataset apply(Dataset read) {
    Dataset scaled = standardisation.apply(read);
    return new Dataset(
        scaled.name(),
        scaled.input(),
        scaled.task(),
        labels,
        scaled.features(),
        scaled.targets(),
        scaled.owners(),
        scaled.times());
  }
}
