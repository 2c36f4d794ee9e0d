/**
 * What makes a fleet's data hard: groups of devices that see or name things differently, devices
 * that join late, and data that drift or stream in. Entry type: {@link
 * dev.kula.data.scenario.Scenario}. Imports {@code data}.
 */
@NullMarked
package dev.kula.data.scenario;

import org.jspecify.annotations.NullMarked;
