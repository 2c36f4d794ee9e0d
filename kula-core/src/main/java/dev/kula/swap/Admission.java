package dev.kula.swap;

/** Which ledgers a swap enters, and who decides. */
public enum Admission {
  /** The personal ledger, if the receiver's gate finds it useful. */
  GATED_PERSONAL,
  /**
   * The shared ledger, unconditionally, and the personal one if the gate finds it useful. Raw
   * samples of lacking labels make local training less lopsided and so help the global model,
   * whatever they do for the receiver's own.
   */
  SHARED_AND_GATED_PERSONAL,
  /** Both ledgers, unconditionally; a visit can only enter the personal one. */
  UNGATED_BOTH
}
