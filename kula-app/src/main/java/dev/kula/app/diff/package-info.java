/**
 * Two runs beside each other. Entry types: {@link dev.kula.app.diff.RunSide}, a run as its files
 * tell it, and {@link dev.kula.app.diff.RunDiff}, in what two of them differ; {@link
 * dev.kula.app.diff.DiffText} says it in words. Imports {@code dev.kula.store}, {@code
 * dev.kula.round} and the tables of {@code dev.kula.app}.
 */
@NullMarked
package dev.kula.app.diff;

import org.jspecify.annotations.NullMarked;
