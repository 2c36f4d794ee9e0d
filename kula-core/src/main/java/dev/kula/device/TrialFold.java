package dev.kula.device;

/** Which of a device's own samples a trial looks at. */
public enum TrialFold {
  /** Two thirds, by which partners are chosen. */
  CHOOSING(2.0 / 3),
  /** The other third, by which a choice is guarded. */
  GUARDING(1.0 / 3);

  private final double share;

  TrialFold(double share) {
    this.share = share;
  }

  /** How much of the samples it is, about. */
  public double share() {
    return share;
  }
}
