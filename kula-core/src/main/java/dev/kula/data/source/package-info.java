/**
 * Readers: from files and bundled resources to a {@link dev.kula.data.Dataset}. Entry type: {@link
 * dev.kula.data.source.DataSource}. A reader either gives a whole data set in which every number is
 * finite, or throws one line that names file, line, column, value, rule and remedy. To add a
 * format, add a record to the sealed interface and a reader beside the others. Imports {@code data}
 * and {@code model}.
 */
@NullMarked
package dev.kula.data.source;

import org.jspecify.annotations.NullMarked;
