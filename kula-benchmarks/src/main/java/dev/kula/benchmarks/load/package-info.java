/**
 * What a live fleet of many devices costs: {@code Load} starts the {@code kula orchestrate} command
 * and processes with many devices each, over real sockets with a certificate each, and measures
 * from outside.
 *
 * <p>{@code Ground} is what such a fleet needs before it begins, {@code Child} a process of it,
 * {@code Watch} what is read while it runs, {@code LoadTable} what is shown.
 */
@NullMarked
package dev.kula.benchmarks.load;

import org.jspecify.annotations.NullMarked;
