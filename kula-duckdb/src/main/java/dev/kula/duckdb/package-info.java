/**
 * Tables through DuckDB: Parquet, and what a query gives. Entry type: {@link
 * dev.kula.duckdb.DuckDb}, which {@link java.util.ServiceLoader} finds as a {@link
 * dev.kula.data.source.QueryEngine}. The module is optional: nothing depends on it.
 *
 * <p>DuckDB runs in this process, on one thread, in memory of its own. A query reads what it names
 * and writes nothing; the tables of runs are written by a statement of Kula's own. {@code Column}
 * says what of DuckDB's types becomes of a CSV file's text and numbers, and {@code DuckTable} goes
 * through the rows. Imports {@code dev.kula} and {@code dev.kula.data}.
 */
@NullMarked
package dev.kula.duckdb;

import org.jspecify.annotations.NullMarked;
