package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.wire.identity.Tls;

/**
 * How a device reaches its server.
 *
 * @param server where it is
 * @param name of the device, as its certificate says it
 * @param tls who the device is, and whom it believes
 */
record DevicePlan(Address server, DeviceId name, Tls tls) {}
