package dev.kula.device;

import dev.kula.aggregate.BlockFloats;
import dev.kula.aggregate.Broadcast;
import dev.kula.data.LabelSpace;
import dev.kula.model.TrainingPlan;
import dev.kula.swap.Gate;

/**
 * What the operator sets alike on every device.
 *
 * @param labels bins in which labels are counted
 * @param personalization how personal models come about
 * @param localPlan a round's training of a {@link Personalization#LOCAL} model; or of one of {@link
 *     Personalization#DITTO}, whose λ is its μ
 * @param fineTunePlan fine-tuning, of the output layer or of all; after each epoch it is validated,
 *     and the best one is kept. Its epochs and rate are those of {@link Personalization#FEDREP}'s
 *     output layers, too
 * @param visitPlan how a source trains a visiting head
 * @param gate decides on swaps
 * @param privacy what releases cost
 * @param consentsToRaw whether raw samples may leave the device, and those of other devices enter
 * @param broadcast what the server sends as the global model
 * @param updateBits of a number in an update: 32, 16 or 8
 */
public record DeviceSettings(
    LabelSpace labels,
    Personalization personalization,
    TrainingPlan localPlan,
    TrainingPlan fineTunePlan,
    TrainingPlan visitPlan,
    Gate gate,
    PrivacySettings privacy,
    boolean consentsToRaw,
    Broadcast broadcast,
    int updateBits) {
  public DeviceSettings {
    if (updateBits != 8 && updateBits != 16 && updateBits != BlockFloats.WHOLE) {
      throw new IllegalArgumentException(
          "update bits are %d, must be 8, 16 or 32".formatted(updateBits));
    }
  }

  /** Where the server sends one model, and updates are sent as they are. */
  public DeviceSettings(
      LabelSpace labels,
      Personalization personalization,
      TrainingPlan localPlan,
      TrainingPlan fineTunePlan,
      TrainingPlan visitPlan,
      Gate gate,
      PrivacySettings privacy,
      boolean consentsToRaw) {
    this(
        labels,
        personalization,
        localPlan,
        fineTunePlan,
        visitPlan,
        gate,
        privacy,
        consentsToRaw,
        Broadcast.ONE_MODEL,
        BlockFloats.WHOLE);
  }

  /** The same where the server sends something else. */
  public DeviceSettings withBroadcast(Broadcast other) {
    return with(privacy, consentsToRaw, other, updateBits);
  }

  /** The same with updates in numbers of so many bits. */
  public DeviceSettings withUpdateBits(int bits) {
    return with(privacy, consentsToRaw, broadcast, bits);
  }

  /** The same for a device whose owner does not let raw samples in or out. */
  public DeviceSettings withoutRaw() {
    return with(privacy, false, broadcast, updateBits);
  }

  /** As they are for what hides nothing: the operator's own base set. */
  public DeviceSettings withoutProtection() {
    PrivacySettings open =
        new PrivacySettings(
            privacy.filter(),
            Protection.NONE,
            privacy.profileRho(),
            privacy.outcomeRho(),
            privacy.visit(),
            privacy.sums(),
            privacy.update());
    return with(open, consentsToRaw, broadcast, updateBits);
  }

  private DeviceSettings with(
      PrivacySettings otherPrivacy, boolean consents, Broadcast otherBroadcast, int bits) {
    return new DeviceSettings(
        labels,
        personalization,
        localPlan,
        fineTunePlan,
        visitPlan,
        gate,
        otherPrivacy,
        consents,
        otherBroadcast,
        bits);
  }
}
