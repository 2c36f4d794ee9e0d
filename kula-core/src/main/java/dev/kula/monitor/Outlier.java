package dev.kula.monitor;

import dev.kula.data.DeviceId;

/**
 * A device that differs from the rest of its fleet in one respect.
 *
 * @param device which
 * @param component in what
 * @param distance by how much. Labels: the total variation distance in [0, 1] of the shrunk shares,
 *     too large where samples are few. Features: the distance of class means freed of sampling and
 *     noise, where 0.5 is far. Metrics: the larger difference of accuracy or of loss/5
 * @param pValue of the test, corrected for the number of tests
 * @param detail a sentence for people
 */
public record Outlier(
    DeviceId device, Component component, double distance, double pValue, String detail) {}
