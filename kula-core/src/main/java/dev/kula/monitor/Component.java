package dev.kula.monitor;

/** In what two devices, or a device and its fleet, can differ. */
public enum Component {
  /** How often each label occurs: P(y). */
  LABELS,
  /** What the inputs of a label look like: P(x | y). */
  FEATURES,
  /** How well the model does. */
  METRICS
}
