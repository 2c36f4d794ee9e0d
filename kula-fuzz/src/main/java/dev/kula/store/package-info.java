/**
 * Parsers of the files of {@code dev.kula.store} as the fuzzer calls them; here because they are
 * that package's own. Entry types are those that implement {@link dev.kula.fuzz.Parser}.
 */
@NullMarked
package dev.kula.store;

import org.jspecify.annotations.NullMarked;
