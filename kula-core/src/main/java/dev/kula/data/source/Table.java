package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Rows of named columns, read one after another and held by nobody, so that a table may be larger
 * than memory. Values are what a CSV file of the same table would have, so that the same rows are
 * the same data set wherever they come from. Every method throws {@link KulaException} (USER), in
 * one line, if what is read turns out to be malformed. Not thread safe.
 */
public interface Table extends AutoCloseable {
  /** What messages call it, such as {@code 'readings.csv'}. */
  String name();

  /** Names of the columns, each once and none blank. */
  List<String> columns();

  /**
   * Goes on to the next row, at first to the first.
   *
   * @return whether there is one
   */
  boolean next();

  /** Where the row stands, for messages, such as {@code 'readings.csv' line 3}. */
  String place();

  /** The row's value in a column, without blanks around it; empty if there is none. */
  String text(int column);

  /** The same as a number, if it is a finite one. */
  default OptionalDouble number(int column) {
    return Decimal.parse(text(column));
  }

  /** Gives back what it holds open. */
  @Override
  void close();
}
