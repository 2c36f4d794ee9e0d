/**
 * A simulation's fleet on Apache Spark. {@link dev.kula.spark.SparkFleet} drives it: each step of a
 * round is one job over {@link dev.kula.spark.Shard}s of devices, and a device is a {@link
 * dev.kula.spark.Cell}: what it was after the last round, and what it was told since. Whoever holds
 * a cell can make the device again, so that no process is missed. In each process a {@link
 * dev.kula.spark.Workshop} keeps the devices at hand that it has worked with. Imports the core, the
 * wire and the store, and not the command, which finds {@link dev.kula.spark.SparkFleets} by {@link
 * java.util.ServiceLoader}.
 */
@NullMarked
package dev.kula.spark;

import org.jspecify.annotations.NullMarked;
