package dev.kula.secagg;

import java.util.List;

/**
 * All that devices and a server say to each other in a session. {@link Codec} has the bytes. Arrays
 * belong to the message once it is made.
 */
sealed interface Message {
  /** What comes from a device, signed by it. */
  sealed interface FromDevice extends Message {
    int sender();
  }

  /** What comes from the server, unsigned: nothing that it says is believed for its own sake. */
  sealed interface FromServer extends Message {
    int recipient();
  }

  /** A message of a device with its signature, which has been checked if it came from outside. */
  record Signed<M extends FromDevice>(M message, byte[] signature) {}

  /** The public keys of a session: to seal shares, and to agree on masks. */
  record Advertisement(int sender, byte[] sealingKey, byte[] maskKey) implements FromDevice {}

  /** The advertisements of one's neighbours, in ascending order. */
  record Roster(int recipient, List<Signed<Advertisement>> neighbours) implements FromServer {}

  /** Shares of both secrets; {@code peer} is the recipient on the way up, the owner down. */
  record SealedShares(int peer, byte[] sealed) {
    static final int BYTES = 2 * Shamir.SHARE_BYTES + SealedBox.TAG_BYTES;
  }

  /** Shares for one's neighbours, in ascending order. */
  record SharesSent(int sender, List<SealedShares> shares) implements FromDevice {}

  /** Shares of one's neighbours, in ascending order. */
  record SharesDelivered(int recipient, List<SealedShares> shares) implements FromServer {}

  /** A vector with all masks on, packed. */
  record MaskedVector(int sender, byte[] packed) implements FromDevice {}

  /** Whose vectors arrived. */
  record Survivors(int recipient, Members survivors) implements FromServer {}

  /** What a device was told of survivors, by its hash. */
  record Endorsement(int sender, byte[] survivorsHash) implements FromDevice {
    static final int HASH_BYTES = 32;
  }

  /** Asks for a share of each neighbour: of the self mask of survivors, of the key of others. */
  record UnmaskRequest(
      int recipient, Members survivors, Members dropped, List<Signed<Endorsement>> endorsements)
      implements FromServer {}

  /** Which of the two secrets of a device. */
  enum Secret {
    SELF_MASK(0),
    MASK_KEY(1);

    private final byte code;

    Secret(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }
  }

  /** One share of one secret of its owner. */
  record RevealedShare(int owner, Secret secret, byte[] share) {}

  /** A share of each neighbour, in ascending order. */
  record Reveal(int sender, List<RevealedShare> shares) implements FromDevice {}
}
