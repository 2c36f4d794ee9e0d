package dev.kula.monitor;

import dev.kula.data.DeviceId;

/**
 * A device that differs from the rest of its fleet in one respect.
 *
 * @param device which
 * @param component in what
 * @param distance by how much, freed of noise where possible: for labels the total variation
 *     distance in [0, 1]; for features the distance of class means, where 0.5 is far; for metrics
 *     the larger difference of accuracy or of loss/5
 * @param pValue of the test, corrected for the number of tests
 * @param detail a sentence for people
 */
public record Outlier(
    DeviceId device, Component component, double distance, double pValue, String detail) {}
