package dev.kula.device;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;

/** What a device looks at before it works with what others send. */
final class Doorkeeper {
  private Doorkeeper() {}

  /** Whether a message is its sender's to say, and can be worked with by a device. */
  static boolean admits(Envelope envelope, boolean hasModel) {
    Message message = envelope.message();
    // Only servers order, deliver models, revoke and close; a device that tries is ignored.
    return (isServer(envelope.from()) || !isServersToSay(message))
        && (hasModel || !needsModel(message));
  }

  /** Whether it is the orchestrator or the monitor. */
  static boolean isServer(DeviceId sender) {
    return sender.equals(Envelope.ORCHESTRATOR) || sender.equals(Envelope.MONITOR);
  }

  private static boolean isServersToSay(Message message) {
    return message instanceof Message.GlobalModel
        || message instanceof Message.Examine
        || message instanceof Message.ClipQuery
        || message instanceof Message.ProfileRequest
        || message instanceof Message.EarlierModel
        || message instanceof Message.Assigned
        || message instanceof Message.FleetLabels
        || message instanceof Message.Trial
        || message instanceof Message.GroupModels
        || message instanceof Message.DriftCheck
        || message instanceof Message.Ordered
        || message instanceof Message.Revoked
        || message instanceof Message.CloseSwaps;
  }

  /** All work does but that with the base set, which is dealt before there is a model. */
  private static boolean needsModel(Message message) {
    return message instanceof Message.Examine
        || message instanceof Message.ClipQuery
        || message instanceof Message.ProfileRequest
        || message instanceof Message.Visit
        || message instanceof Message.Summarise
        || (message instanceof Message.Ordered ordered
            && (ordered.order().exchange() != Exchange.RAW
                || ordered.order().selection() != Selection.UNIFORM
                || ordered.order().admission() != Admission.UNGATED_BOTH));
  }

  /** Whether these are so many numbers, and finite. */
  static boolean isSound(float[] numbers, int size) {
    boolean sound = numbers.length == size;
    for (float number : numbers) {
      sound &= Float.isFinite(number);
    }
    return sound;
  }
}
