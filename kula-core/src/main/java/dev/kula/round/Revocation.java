package dev.kula.round;

import dev.kula.data.DeviceId;

/**
 * The lease of a swap order, to be taken back.
 *
 * @param order its number in the run
 * @param receiver who holds the lease, if it was granted
 * @param source who granted it
 */
public record Revocation(long order, DeviceId receiver, DeviceId source) {}
