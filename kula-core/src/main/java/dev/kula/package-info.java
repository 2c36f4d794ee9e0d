/**
 * The root of Kula: the one exception, the seed from which all randomness is derived, and text of
 * others for people to read. Imports nothing of Kula; everything may import it.
 */
@NullMarked
package dev.kula;

import org.jspecify.annotations.NullMarked;
