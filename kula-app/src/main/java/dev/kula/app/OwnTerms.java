package dev.kula.app;

import java.util.Optional;

/**
 * What the owner of a device's data says.
 *
 * @param givesRaw whether raw samples may leave the device, and others' enter
 * @param mostEpsilon that its account may come to in all runs; infinite for no limit
 * @param serving where an application asks the personal model; empty for nowhere
 */
record OwnTerms(boolean givesRaw, double mostEpsilon, Optional<Address> serving) {}
