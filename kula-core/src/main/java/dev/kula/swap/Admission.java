package dev.kula.swap;

/** Which ledgers a swap enters, and who decides. */
public enum Admission {
  /** The personal ledger, if the receiver's gate finds it useful. */
  GATED_PERSONAL,
  /** Both ledgers, unconditionally; a visit can only enter the personal one. */
  UNGATED_BOTH
}
