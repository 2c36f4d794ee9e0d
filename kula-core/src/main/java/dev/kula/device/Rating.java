package dev.kula.device;

import dev.kula.data.DeviceId;

/**
 * What a receiver says of one source.
 *
 * @param source who was rated
 * @param useful noised count
 * @param neutral noised count
 * @param harmful noised count
 * @param judged whether the counts say anything: only then does the receiver count as a rater
 * @param answered leases kept and answered in time; says nothing of data, so not noised
 * @param asked orders with this source
 */
public record Rating(
    DeviceId source,
    double useful,
    double neutral,
    double harmful,
    boolean judged,
    int answered,
    int asked) {}
