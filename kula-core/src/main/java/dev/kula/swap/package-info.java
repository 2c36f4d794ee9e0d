/**
 * Swaps of data pointers: who should trade what with whom ({@link dev.kula.swap.SwapPolicy}), which
 * samples ({@link dev.kula.swap.Selection}), and whether the receiver lets them in ({@link
 * dev.kula.swap.Gate}).
 *
 * <p>Policies, and when to use which:
 *
 * <ul>
 *   <li>{@code none}: the baseline.
 *   <li>{@code static}: every device gives a share of its data to all, once (Zhao et al. 2018).
 *   <li>{@code random}: the control for the next three: the whole budget, with anybody.
 *   <li>{@code dissimilar}: the specification's rule, literally. It tends to hurt.
 *   <li>{@code similar}: useful where devices contradict each other.
 *   <li>{@code deficit}: the default: those who hold what the receiver's target needs and its
 *       ledger lacks.
 * </ul>
 *
 * <p>To add one, implement {@code SwapPolicy}; CONTRIBUTING.md has the places that name it. Imports
 * {@code monitor}, {@code data}, {@code model}.
 */
@NullMarked
package dev.kula.swap;

import org.jspecify.annotations.NullMarked;
