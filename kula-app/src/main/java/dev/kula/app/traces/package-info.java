/**
 * Traces of a live fleet's rounds, for OpenTelemetry, where the environment asks for them. Entry
 * type: {@link dev.kula.app.traces.Traces}; {@link dev.kula.app.traces.FleetTraces} has the spans.
 * Nothing of OpenTelemetry is loaded before that. May import {@code dev.kula} and what rounds and
 * their fleets are made of. To add an attribute, set it in {@code FleetTraces} or {@code
 * TracedFleet} and describe it in {@code docs/operations.md}; none may hold samples, labels or
 * models.
 */
@NullMarked
package dev.kula.app.traces;

import org.jspecify.annotations.NullMarked;
