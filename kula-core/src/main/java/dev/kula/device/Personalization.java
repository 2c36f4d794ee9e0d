package dev.kula.device;

/** How a device comes to its personal model. */
public enum Personalization {
  /** The global model as it is. */
  NONE,
  /** Trained on the device's own ledger alone, round after round; no global model. */
  LOCAL,
  /** The global model, fine-tuned anew each round. */
  FINE_TUNE,
  /**
   * Ditto (Li et al. 2021, <i>Ditto: Fair and Robust Federated Learning Through
   * Personalization</i>, Algorithm 1): a model v that goes on from round to round, pulled to the
   * global model w. The paper takes steps of v together with those of w; here every device trains v
   * once a round, in the cohort or not, and keeps the epoch that validates best, as all personal
   * models do.
   */
  DITTO,
  /**
   * FedPer (Arivazhagan et al. 2019, <i>Federated Learning with Personalization Layers</i>,
   * Algorithms 1 and 2): the output layer stays on the device, and is trained together with the
   * body that all share.
   */
  FEDPER,
  /**
   * FedRep (Collins et al. 2021, <i>Exploiting Shared Representations for Personalized Federated
   * Learning</i>, Algorithm 1): the output layer stays on the device, and is trained before the
   * body that all share, each while the other is fixed.
   */
  FEDREP,
  /**
   * APFL (Deng et al. 2020, <i>Adaptive Personalized Federated Learning</i>, Algorithm 1): a
   * mixture of a model v of the device's own and the global model w, whose weights it learns.
   */
  APFL;

  /** Whether output layers stay on the devices, so that models travel as their bodies alone. */
  public boolean keepsHead() {
    return switch (this) {
      case FEDPER, FEDREP -> true;
      case NONE, LOCAL, FINE_TUNE, DITTO, APFL -> false;
    };
  }

  /**
   * Whether a device keeps nothing of what trains the model of all, so that it can train those of
   * several groups.
   */
  public boolean sharesAll() {
    return switch (this) {
      case NONE, FINE_TUNE, DITTO -> true;
      case LOCAL, FEDPER, FEDREP, APFL -> false;
    };
  }

  /** Whether there is one model for all that predicts something. */
  public boolean hasGlobalModel() {
    return switch (this) {
      case LOCAL, FEDPER, FEDREP -> false;
      case NONE, FINE_TUNE, DITTO, APFL -> true;
    };
  }
}
