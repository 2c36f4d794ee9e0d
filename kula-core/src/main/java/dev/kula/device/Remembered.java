package dev.kula.device;

import java.util.Optional;

/**
 * What a device has in mind beside its {@link DeviceRuntime.State}, when no swap is under way: that
 * of the round under way, which a restart between rounds need not bring back, and its personal
 * model, which is made anew after one. Plain data.
 *
 * @param profile that it told last, or that it told none; empty if it was not asked
 * @param profileRound round of that
 * @param clip that the server named last
 * @param personal what the personal model has of its own; empty if there is none
 */
public record Remembered(
    Optional<Message> profile,
    int profileRound,
    Optional<Message.ClipQuery> clip,
    Optional<float[]> personal) {
  /** Of a device that has done nothing since a restart. */
  public static final Remembered NOTHING =
      new Remembered(Optional.empty(), 0, Optional.empty(), Optional.empty());

  /** The same without the personal model, as where its global model is not the last one. */
  public Remembered withoutPersonal() {
    return new Remembered(profile, profileRound, clip, Optional.empty());
  }
}
