package dev.kula.model;

/** Which parameters a training run may change. */
public enum Scope {
  /** Every layer. */
  ALL,
  /** The output layer alone. */
  HEAD,
  /** Every layer but the output layer. */
  BODY
}
