/**
 * Runs as tables: the records of their files flat, a row each, for programs that read tables. Entry
 * type: {@link dev.kula.store.table.RunTables}. Imports {@code dev.kula.store}. To add a table, add
 * a constant to {@link dev.kula.store.table.RunTable} and its rows to {@code docs/formats.md}; to
 * add a format, a constant to {@link dev.kula.store.table.TableFormat}.
 */
@NullMarked
package dev.kula.store.table;

import org.jspecify.annotations.NullMarked;
