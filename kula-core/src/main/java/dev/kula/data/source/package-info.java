/**
 * Readers: from files and bundled resources to a {@link dev.kula.data.Dataset}. Entry type: {@link
 * dev.kula.data.source.DataSource}. A reader either gives a whole data set in which every number is
 * finite, or throws one line that names file, line, column, value, rule and remedy. To add a format
 * of rows with named columns, implement {@link dev.kula.data.source.Table} and add a record to
 * {@link dev.kula.data.source.DataSource.Tabular}; {@link dev.kula.data.source.QueryEngine} opens
 * what takes a library of its own. Imports {@code data} and {@code model}.
 */
@NullMarked
package dev.kula.data.source;

import org.jspecify.annotations.NullMarked;
