/**
 * The servers of a live fleet in many processes, with Kafka between them: gateways that devices
 * connect to, aggregators that fold what they send, monitors, and the one orchestrator that runs
 * the rounds. {@link dev.kula.kafka.KafkaTiers} is where a command begins, which {@link
 * java.util.ServiceLoader} finds as a {@link dev.kula.server.TierProvider}. Imports {@code server}
 * and what that may import; nothing imports it.
 */
@NullMarked
package dev.kula.kafka;

import org.jspecify.annotations.NullMarked;
