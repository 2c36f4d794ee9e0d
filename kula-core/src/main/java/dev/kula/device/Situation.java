package dev.kula.device;

import dev.kula.model.Samples;
import java.util.Optional;

/**
 * What a device has, and what its model must serve, from some round on.
 *
 * @param round first round in which it holds
 * @param held how many of its own samples it has, the first ones
 * @param target label distribution that the personal model must serve, one a bin, sum 1; known
 *     without any test label
 * @param exam what the evaluator examines the personal model on; read for nothing else
 */
public record Situation(int round, int held, double[] target, Optional<Samples> exam) {}
