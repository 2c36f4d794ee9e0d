package dev.kula.secagg;

import java.util.Locale;

/** Kinds of messages, by the number that they have on the wire. */
enum Kind {
  ADVERTISEMENT(1, Message.Advertisement.class),
  ROSTER(2, Message.Roster.class),
  SHARES_SENT(3, Message.SharesSent.class),
  SHARES_DELIVERED(4, Message.SharesDelivered.class),
  MASKED_VECTOR(5, Message.MaskedVector.class),
  SURVIVORS(6, Message.Survivors.class),
  ENDORSEMENT(7, Message.Endorsement.class),
  UNMASK_REQUEST(8, Message.UnmaskRequest.class),
  REVEAL(9, Message.Reveal.class);

  private final byte code;
  private final Class<? extends Message> type;

  Kind(int code, Class<? extends Message> type) {
    this.code = (byte) code;
    this.type = type;
  }

  byte code() {
    return code;
  }

  static Kind of(Class<? extends Message> type) {
    for (Kind kind : values()) {
      if (kind.type == type) {
        return kind;
      }
    }
    throw new IllegalArgumentException("type is " + type + ", must be that of a message");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
