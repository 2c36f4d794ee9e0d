package dev.kula.data.source;

import dev.kula.KulaException;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.ServiceLoader;

/**
 * Reads and writes tables that take a library too large to come with every device. {@link
 * ServiceLoader} finds it: {@code kula-duckdb} has one. Thread safe.
 */
public interface QueryEngine {
  /**
   * What a query gives. It only reads: a statement that is not a query is refused.
   *
   * @param name of the query, for messages
   * @param sql one SELECT
   * @throws KulaException (USER) if it cannot be asked
   */
  Table query(String name, String sql);

  /**
   * The rows of one Parquet file or several, of the same columns.
   *
   * @param pattern path of a file, or one with {@code *}, {@code ?}, {@code [...]} or {@code **}
   * @throws KulaException (USER) if there is none, or one is malformed
   */
  Table parquet(String pattern);

  /**
   * Writes the rows of a CSV file as Parquet.
   *
   * @param csv with a header; a cell that is empty and not in quotes is null
   * @param columns all of them in their order, {@link Long}, {@link Double}, {@link Boolean} or
   *     {@link String}
   * @param parquet is made, or replaced
   * @throws KulaException (RESOURCE) if it cannot be written
   */
  void writeParquet(Path csv, SequencedMap<String, Class<?>> columns, Path parquet);

  /**
   * The one on the class path.
   *
   * @param wanted by whom, for the message
   * @throws KulaException (USER) if there is none
   */
  static QueryEngine find(String wanted) {
    return ServiceLoader.load(QueryEngine.class)
        .findFirst()
        .orElseThrow(
            () ->
                KulaException.user(
                    "'%s' needs DuckDB, which is not on the class path; start Kula with KULA_DUCKDB=1 ./kula, or add kula-duckdb to the class path"
                        .formatted(wanted)));
  }
}
