/**
 * The device: an actor that trains, personalises, reports and swaps, and talks in {@link
 * dev.kula.device.Message}s that could cross a network. Entry type: {@link
 * dev.kula.device.DeviceRuntime}. The same code runs in a simulation and behind a network; only the
 * fleet that carries its messages differs. Imports {@code swap} and everything above it, never
 * {@code fleet} or {@code round}.
 */
@NullMarked
package dev.kula.device;

import org.jspecify.annotations.NullMarked;
