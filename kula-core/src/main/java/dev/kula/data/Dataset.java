package dev.kula.data;

import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.List;
import java.util.Optional;

/**
 * A whole labelled data set, held once. Devices refer to its rows by number. Immutable by contract
 * and thread safe.
 *
 * @param name for people
 * @param input shape of one sample; its size is the table's columns
 * @param task what to predict
 * @param labels bins in which labels are counted
 * @param features one row a sample
 * @param targets one a row: class number or real value
 * @param owners device that each row comes from, where the data say so; one a row
 * @param times ascending meaning, any unit, where the data say so; one a row
 */
public record Dataset(
    String name,
    InputShape input,
    Task task,
    LabelSpace labels,
    FeatureTable features,
    float[] targets,
    Optional<List<DeviceId>> owners,
    Optional<double[]> times) {
  /** Quantile bins in which the targets of a regression are counted. */
  public static final int REGRESSION_BINS = 10;

  public Dataset {
    if (features.rows() != targets.length || features.columns() != input.size()) {
      throw new IllegalArgumentException(
          "features [%d, %d] do not fit %d targets and input %s"
              .formatted(features.rows(), features.columns(), targets.length, input));
    }
    if ((owners.isPresent() && owners.get().size() != targets.length)
        || (times.isPresent() && times.get().length != targets.length)) {
      throw new IllegalArgumentException(
          "%d owners and %d times do not fit %d targets"
              .formatted(
                  owners.map(List::size).orElse(targets.length),
                  times.map(all -> all.length).orElse(targets.length),
                  targets.length));
    }
  }

  /** Number of samples. */
  public int size() {
    return targets.length;
  }

  /** The label bin of row {@code row}. */
  public int bin(int row) {
    return labels.bin(targets[row]);
  }
}
