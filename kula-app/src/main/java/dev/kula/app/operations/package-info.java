/**
 * What an operator's tools ask a process of a live fleet: whether it is alive and ready, and how it
 * does. Entry types: {@link dev.kula.app.operations.OperationsPort}, where they ask, and {@link
 * dev.kula.app.operations.Readings}, what is counted. May import {@code dev.kula} and {@code
 * dev.kula.round}. To add a figure, register it in {@code Readings} and describe it in {@code
 * docs/operations.md}.
 */
@NullMarked
package dev.kula.app.operations;

import org.jspecify.annotations.NullMarked;
