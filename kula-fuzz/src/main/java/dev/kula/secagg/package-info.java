/**
 * The messages and the states of {@code dev.kula.secagg} as the fuzzer calls them; here because
 * they are that package's own. Entry types are those that implement {@link dev.kula.fuzz.Parser}.
 */
@NullMarked
package dev.kula.secagg;

import org.jspecify.annotations.NullMarked;
