/**
 * Parsers of the settings and the states of {@code dev.kula.app} as the fuzzer calls them; here
 * because they are that package's own. Entry types are those that implement {@link
 * dev.kula.fuzz.Parser}.
 */
@NullMarked
package dev.kula.app;

import org.jspecify.annotations.NullMarked;
