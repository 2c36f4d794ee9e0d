/**
 * What a process of a live fleet answers over HTTP. Entry types: {@link
 * dev.kula.app.http.OperationsPort}, where an operator's tools ask whether it is alive and ready
 * and how it does; {@link dev.kula.app.http.Readings}, what is counted; {@link
 * dev.kula.app.http.PredictionPort}, where an application asks a device's personal model. May
 * import {@code dev.kula}, {@code dev.kula.client} and {@code dev.kula.round}. To add a figure,
 * register it in {@code Readings} and describe it in {@code docs/operations.md}.
 */
@NullMarked
package dev.kula.app.http;

import org.jspecify.annotations.NullMarked;
