package dev.kula.device;

/** How a device comes to its personal model. */
public enum Personalization {
  /** The global model as it is. */
  NONE,
  /** Trained on the device's own ledger alone, round after round; no global model. */
  LOCAL,
  /** The global model, fine-tuned anew each round. */
  FINE_TUNE
}
