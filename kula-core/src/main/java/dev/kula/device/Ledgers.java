package dev.kula.device;

import dev.kula.data.Ledger;

/**
 * The two lists of what a device trains on beyond its own samples.
 *
 * @param shared for the update that the orchestrator folds into the global model
 * @param personal for the device's personal model
 */
record Ledgers(Ledger shared, Ledger personal) {
  static Ledgers empty() {
    return new Ledgers(new Ledger(), new Ledger());
  }
}
