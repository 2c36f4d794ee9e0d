/**
 * What {@code kula advise} says: answers with their verdicts, from runs of a few methods and from
 * tests on the data, and the page that shows them. Entry type: {@link dev.kula.app.advice.Adviser}.
 * May import the core and {@code dev.kula.app.report}. To add a question, add what it needs to
 * {@code Evidence} and an answer to {@code Adviser}.
 */
@NullMarked
package dev.kula.app.advice;

import org.jspecify.annotations.NullMarked;
