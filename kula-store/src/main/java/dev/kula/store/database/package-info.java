/**
 * Runs of many directories in one database, SQLite or PostgreSQL, to be asked in SQL. The files of
 * a run stay what it goes on from: a database has a copy of their lines, which can be made again.
 */
@org.jspecify.annotations.NullMarked
package dev.kula.store.database;
