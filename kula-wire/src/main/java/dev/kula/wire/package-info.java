/**
 * What processes of a live fleet say to each other: translation between the core's records and the
 * protobuf messages of {@code kula/v1}, which {@code docs/protocol.md} describes. May import {@code
 * dev.kula} and protobuf; knows no connection.
 */
@NullMarked
package dev.kula.wire;

import org.jspecify.annotations.NullMarked;
