package dev.kula.spark;

import dev.kula.round.SimulationRecipe;
import java.io.Serializable;

/**
 * How a process sets up its part of a run.
 *
 * @param run tells runs in one process apart
 * @param recipe of the parts
 * @param settings that the parts must come to, the data included, as the wire has them
 */
record Setup(String run, SimulationRecipe recipe, byte[] settings) implements Serializable {}
