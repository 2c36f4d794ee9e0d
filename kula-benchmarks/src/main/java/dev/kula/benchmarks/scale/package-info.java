/**
 * How plans grow with a fleet: {@code Scale} plans for {@code SyntheticFleet}s of any size and
 * measures; {@code Worth} says what a plan is worth beside the {@code Optimum} over all pairs.
 */
@NullMarked
package dev.kula.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
