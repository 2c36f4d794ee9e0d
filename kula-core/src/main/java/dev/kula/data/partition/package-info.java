/**
 * How one data set becomes a fleet's: who owns which row, and which rows train. Entry type: {@link
 * dev.kula.data.partition.PartitionPlan}. To add a partition, add a record to {@link
 * dev.kula.data.partition.PartitionSpec} and its notation to the parser. Imports {@code data} and
 * {@code model}; gamma variates come from Commons RNG.
 */
@NullMarked
package dev.kula.data.partition;

import org.jspecify.annotations.NullMarked;
