/**
 * Messages that only their receiver can read, and only the sender that they name can have written:
 * {@link dev.kula.sealing.Hpke}, on keys of {@link dev.kula.sealing.Curve}. Imports the root
 * package alone.
 */
@NullMarked
package dev.kula.sealing;

import org.jspecify.annotations.NullMarked;
