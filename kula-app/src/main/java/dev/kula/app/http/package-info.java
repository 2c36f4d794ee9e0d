/**
 * What a process answers over HTTP. Entry types: {@link dev.kula.app.http.OperationsPort}, where an
 * operator's tools ask a process of a live fleet whether it is alive and ready and how it does;
 * {@link dev.kula.app.http.Readings}, what is counted; {@link dev.kula.app.http.PredictionPort},
 * where an application asks a device's personal model; {@link dev.kula.app.http.DashboardPort},
 * where a browser sees runs, and {@link dev.kula.app.http.Access}, who may. May import {@code
 * dev.kula}, {@code dev.kula.app.dashboard}, {@code dev.kula.app.report}, {@code dev.kula.client},
 * {@code dev.kula.peer} and {@code dev.kula.round}. To add a figure, register it in {@code
 * Readings} and describe it in {@code docs/operations.md}.
 */
@NullMarked
package dev.kula.app.http;

import org.jspecify.annotations.NullMarked;
