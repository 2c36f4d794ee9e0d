package dev.kula.audit;

import dev.kula.device.DeviceSettings;

/**
 * A release to attack, as devices with some settings make it.
 *
 * @param kind what is released
 * @param hidden what its noise is to hide, if it has any
 * @param settings of the devices that release it, with an account for exactly one such release
 */
public record AuditedRelease(Kind kind, Hidden hidden, DeviceSettings settings) {
  /** What leaves the device. */
  public enum Kind {
    /** A round's update of the global model. */
    UPDATE("update"),
    /** What a visit of the head brings home. */
    VISIT("visit"),
    /** What a visit of the whole model brings home. */
    WHOLE_VISIT("whole visit"),
    /** Class sums of a synthetic exchange. */
    CLASS_SUMS("class sums"),
    /** Copies of samples. */
    RAW("raw copies");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** For people. */
    public String words() {
      return words;
    }
  }

  /** The unit of privacy. */
  public enum Hidden {
    /** Nothing: it leaves without noise. */
    NOTHING("bare"),
    /** One record. */
    RECORD("noised by record"),
    /** All that a device has. */
    DEVICE("noised by device");

    private final String words;

    Hidden(String words) {
      this.words = words;
    }

    /** For people. */
    public String words() {
      return words;
    }
  }

  /** For people. */
  public String words() {
    return kind == Kind.RAW ? kind.words() : kind.words() + ", " + hidden.words();
  }
}
