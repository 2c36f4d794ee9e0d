package dev.kula.data.source;

import dev.kula.KulaException;
import java.util.List;

/**
 * How to read a data set. The column names matter to tables only. A device or time column that
 * keeps its default name may be absent from the table; one that the user named must be there.
 *
 * @param task what is to be predicted
 * @param deviceColumn column that says which device a row comes from
 * @param timeColumn column that says when it was recorded: a number, or an ISO 8601 date or time
 * @param labelColumn column to predict
 */
public record ReadOptions(
    TaskKind task, String deviceColumn, String timeColumn, String labelColumn) {
  /** What a data set is to be used for; the reader counts the classes. */
  public enum TaskKind {
    /** Labels are names of classes. */
    CLASSIFICATION,
    /** Labels are numbers. */
    REGRESSION;

    /**
     * Reads {@code classification} or {@code regression}.
     *
     * @throws KulaException (USER) for anything else
     */
    public static TaskKind parse(String text) {
      return switch (text.strip()) {
        case "classification" -> CLASSIFICATION;
        case "regression" -> REGRESSION;
        default ->
            throw KulaException.user(
                "task is '%s', must be classification or regression; try classification"
                    .formatted(text));
      };
    }
  }

  static final String DEVICE = "device";
  static final String TIME = "time";

  public ReadOptions {
    for (String column : List.of(deviceColumn, timeColumn, labelColumn)) {
      if (column.isBlank()) {
        throw KulaException.user(
            "a column's name is blank, must name a column of the header; leave the option out for"
                + " the default");
      }
    }
    if (deviceColumn.equals(timeColumn)
        || deviceColumn.equals(labelColumn)
        || timeColumn.equals(labelColumn)) {
      throw KulaException.user(
          "device, time and label column are '%s', '%s' and '%s', must differ; name three columns"
              .formatted(deviceColumn, timeColumn, labelColumn));
    }
  }

  /** Classification with columns {@code device}, {@code time} and {@code label}. */
  public static ReadOptions defaults() {
    return new ReadOptions(TaskKind.CLASSIFICATION, DEVICE, TIME, "label");
  }

  /** The same with another task. */
  public ReadOptions withTask(TaskKind other) {
    return new ReadOptions(other, deviceColumn, timeColumn, labelColumn);
  }

  /** The same with other columns. */
  public ReadOptions withColumns(String device, String time, String label) {
    return new ReadOptions(task, device, time, label);
  }

  void requireClassification(String source) {
    if (task != TaskKind.CLASSIFICATION) {
      throw KulaException.user(
          "task is 'regression', but the labels of '%s' are classes; use classification"
              .formatted(source));
    }
  }
}
