/**
 * Arbitrary bytes for every parser of Kula. Whatever comes in, a parser gives a valid result or a
 * {@link dev.kula.KulaException} that blames its writer in one line, in little memory and time; and
 * hostile scripts for the protocols between devices and servers.
 *
 * <p>{@link dev.kula.fuzz.ParserFuzzer} is what Jazzer calls ({@code scripts/fuzz}); {@code
 * CorpusTest} replays {@code src/test/resources/corpus}, seeds and former findings alike. May
 * import everything. To add a parser: implement {@link dev.kula.fuzz.Parser}, name it in {@link
 * dev.kula.fuzz.Target}, and give it a folder of the corpus.
 */
@NullMarked
package dev.kula.fuzz;

import org.jspecify.annotations.NullMarked;
