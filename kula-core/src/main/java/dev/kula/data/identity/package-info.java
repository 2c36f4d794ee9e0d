/**
 * Whether devices hold the same kind of data: tests on all rows in one place, for people who look
 * at a data set of their own before they federate. Entry type: {@link
 * dev.kula.data.identity.Identity}. No device and no server of a fleet has what these tests read:
 * they are not private, and nothing in a round may use them. To add a kind of difference, add a
 * statistic between 0 and 1 to {@code Identity} and what chance alone makes of it. Imports {@code
 * data}, {@code model} and the root package.
 */
@NullMarked
package dev.kula.data.identity;

import org.jspecify.annotations.NullMarked;
