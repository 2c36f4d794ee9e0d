package dev.kula.device;

/** Which releases are clipped and noised. Whatever is not makes the reported epsilon infinite. */
public enum Protection {
  /** Nothing. */
  NONE,
  /** Profiles and outcomes: all that the monitor sees. */
  PROFILES,
  /** Updates, visits and class sums too. */
  ALL
}
