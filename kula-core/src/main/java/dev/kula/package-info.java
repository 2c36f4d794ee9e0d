/**
 * The root of Kula: the one exception hierarchy and the seed from which all randomness is derived.
 * Imports nothing of Kula; everything may import it.
 */
@NullMarked
package dev.kula;

import org.jspecify.annotations.NullMarked;
