/**
 * What the monitor makes of the fleet. A device releases a noised {@link dev.kula.monitor.Profile}
 * ({@link dev.kula.monitor.ProfileRelease}); the monitor compares two of them ({@link
 * dev.kula.monitor.Similarity}), finds outliers and groups in all of them at a stated error rate
 * ({@link dev.kula.monitor.FleetComparison}), says which labels a device lacks ({@link
 * dev.kula.monitor.Deficit}) and remembers who helped ({@link dev.kula.monitor.Reputation}).
 *
 * <p>Everything but {@code ProfileRelease} works on released numbers alone, so it is
 * post-processing and costs no privacy. Label difference and feature difference are kept apart
 * throughout: the first is a benefit where there is a deficit, the second a cost. May import the
 * root package, {@code model}, {@code data} and {@code privacy}.
 */
@NullMarked
package dev.kula.monitor;

import org.jspecify.annotations.NullMarked;
