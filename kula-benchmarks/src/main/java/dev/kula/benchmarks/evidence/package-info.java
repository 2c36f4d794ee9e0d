/**
 * The study that sets Kula's methods side by side: {@code study.yaml} says which methods, scenarios
 * and settings, {@code Evidence} tunes and runs them, {@code Tables} are what it shows.
 *
 * <p>Runs the {@code kula} command in this process and reads what it writes; knows nothing of how
 * methods work. To add a method or a scenario, add a line to the study.
 */
@NullMarked
package dev.kula.benchmarks.evidence;

import org.jspecify.annotations.NullMarked;
