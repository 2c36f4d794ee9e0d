package dev.kula.wire;

/** Settings of a fleet as the bytes of {@code settings.proto}, and back. Thread safe. */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class SettingsCodec {
  private SettingsCodec() {}

  /** Settings as bytes; the same bytes for the same settings. */
  public static byte[] encode(FleetSettings settings) {
    throw new UnsupportedOperationException("not written yet: " + settings);
  }

  /**
   * Reads settings.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static FleetSettings decode(byte[] bytes) {
    throw new UnsupportedOperationException("not written yet: " + bytes.length);
  }
}
