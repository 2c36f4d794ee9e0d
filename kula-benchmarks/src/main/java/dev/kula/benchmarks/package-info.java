/**
 * Measures Kula: microbenchmarks for JMH, and the main work timed against other systems. Results
 * stand in {@code docs/performance.md} with the commands that made them.
 *
 * <p>Imports any of Kula; nothing imports this package.
 */
@NullMarked
package dev.kula.benchmarks;

import org.jspecify.annotations.NullMarked;
