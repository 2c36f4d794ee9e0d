package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.FromDevice;
import dev.kula.secagg.Message.FromServer;
import dev.kula.secagg.Message.MaskedVector;
import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.RevealedShare;
import dev.kula.secagg.Message.Roster;
import dev.kula.secagg.Message.SealedShares;
import dev.kula.secagg.Message.Secret;
import dev.kula.secagg.Message.SharesDelivered;
import dev.kula.secagg.Message.SharesSent;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.Survivors;
import dev.kula.secagg.Message.UnmaskRequest;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a session's messages, one way to write each: version, kind, number of the session,
 * sender or recipient, body, and of a device's message its Ed25519 signature of all that. Integers
 * are big endian; lists begin with their length and ascend. Whatever reads otherwise is refused.
 *
 * <p>Immutable, thread safe.
 */
final class Codec {
  static final byte VERSION = 1;
  static final int HEADER_BYTES = 2 + Session.ID_BYTES + Integer.BYTES;

  private final Session session;

  Codec(Session session) {
    this.session = session;
  }

  private static Kind kind(Message message) {
    return switch (message) {
      case Advertisement m -> Kind.ADVERTISEMENT;
      case Roster m -> Kind.ROSTER;
      case SharesSent m -> Kind.SHARES_SENT;
      case SharesDelivered m -> Kind.SHARES_DELIVERED;
      case MaskedVector m -> Kind.MASKED_VECTOR;
      case Survivors m -> Kind.SURVIVORS;
      case Endorsement m -> Kind.ENDORSEMENT;
      case UnmaskRequest m -> Kind.UNMASK_REQUEST;
      case Reveal m -> Kind.REVEAL;
    };
  }

  byte[] encode(FromServer message) {
    return unsigned(message, message.recipient());
  }

  byte[] sign(FromDevice message, Identity identity) {
    byte[] unsigned = unsigned(message, message.sender());
    byte[] signed = Arrays.copyOf(unsigned, unsigned.length + Identity.SIGNATURE_BYTES);
    byte[] signature = identity.sign(unsigned);
    System.arraycopy(signature, 0, signed, unsigned.length, signature.length);
    return signed;
  }

  private byte[] unsigned(Message message, int party) {
    WireWriter out = new WireWriter();
    out.one(VERSION).one(kind(message).code()).bytes(session.id()).number(party);
    switch (message) {
      case Advertisement m -> out.bytes(m.sealingKey()).bytes(m.maskKey());
      case Roster m -> {
        out.number(m.neighbours().size());
        for (Signed<Advertisement> one : m.neighbours()) {
          out.number(one.message().sender());
          out.bytes(one.message().sealingKey()).bytes(one.message().maskKey());
          out.bytes(one.signature());
        }
      }
      case SharesSent m -> write(m.shares(), out);
      case SharesDelivered m -> write(m.shares(), out);
      case MaskedVector m -> out.bytes(m.packed());
      case Survivors m -> out.bytes(m.survivors().encode());
      case Endorsement m -> out.bytes(m.survivorsHash());
      case UnmaskRequest m -> {
        out.bytes(m.survivors().encode()).bytes(m.dropped().encode());
        out.number(m.endorsements().size());
        for (Signed<Endorsement> one : m.endorsements()) {
          out.number(one.message().sender()).bytes(one.message().survivorsHash());
          out.bytes(one.signature());
        }
      }
      case Reveal m -> {
        out.number(m.shares().size());
        for (RevealedShare one : m.shares()) {
          out.number(one.owner()).one(one.secret().code()).bytes(one.share());
        }
      }
    }
    return out.toByteArray();
  }

  private static void write(List<SealedShares> shares, WireWriter out) {
    out.number(shares.size());
    shares.forEach(one -> out.number(one.peer()).bytes(one.sealed()));
  }

  /**
   * Reads a device's message and checks its signature.
   *
   * @throws KulaException blaming the remote side if it is not a message of that kind, of this
   *     session, written as it must be, and signed by its sender
   */
  <M extends FromDevice> Signed<M> fromDevice(byte[] bytes, Class<M> type) {
    WireReader in = new WireReader(bytes, session.cohort());
    Kind kind = header(in, Kind.of(type));
    int sender = in.member("sender");
    FromDevice message =
        switch (kind) {
          case ADVERTISEMENT ->
              new Advertisement(sender, in.bytes(Curve.KEY_BYTES), in.bytes(Curve.KEY_BYTES));
          case SHARES_SENT -> new SharesSent(sender, sealedShares(in));
          case MASKED_VECTOR -> new MaskedVector(sender, packed(in));
          case ENDORSEMENT -> new Endorsement(sender, in.bytes(Endorsement.HASH_BYTES));
          case REVEAL -> new Reveal(sender, revealed(in));
          case ROSTER, SHARES_DELIVERED, SURVIVORS, UNMASK_REQUEST -> throw wrongSide(kind);
        };
    byte[] signature = in.bytes(Identity.SIGNATURE_BYTES);
    in.requireEnd();
    byte[] signedPart = Arrays.copyOf(bytes, bytes.length - Identity.SIGNATURE_BYTES);
    requireSigned(sender, signedPart, signature, kind);
    return new Signed<>(type.cast(message), signature);
  }

  /**
   * Reads a message of the server.
   *
   * @throws KulaException blaming the remote side if it is not a message of that kind, of this
   *     session, for that recipient, written as it must be, or has something that is not signed by
   *     the device that it is said to be from
   */
  <M extends FromServer> M fromServer(byte[] bytes, Class<M> type, int self) {
    WireReader in = new WireReader(bytes, session.cohort());
    Kind kind = header(in, Kind.of(type));
    int recipient = in.member("recipient");
    if (recipient != self) {
      throw KulaException.remote(
          "recipient is %d, must be %d: send each device its own message"
              .formatted(recipient, self));
    }
    FromServer message =
        switch (kind) {
          case ROSTER -> new Roster(recipient, advertisements(in));
          case SHARES_DELIVERED -> new SharesDelivered(recipient, sealedShares(in));
          case SURVIVORS -> new Survivors(recipient, in.members("survivors"));
          case UNMASK_REQUEST ->
              new UnmaskRequest(
                  recipient, in.members("survivors"), in.members("dropped"), endorsements(in));
          case ADVERTISEMENT, SHARES_SENT, MASKED_VECTOR, ENDORSEMENT, REVEAL ->
              throw wrongSide(kind);
        };
    in.requireEnd();
    return type.cast(message);
  }

  private static KulaException wrongSide(Kind kind) {
    return KulaException.internal("kind " + kind + " was asked for from the wrong side");
  }

  private Kind header(WireReader in, Kind expected) {
    byte version = in.one();
    if (version != VERSION) {
      throw KulaException.remote(
          "version of a message is %d, must be %d: run the same version of Kula on both sides"
              .formatted(version, VERSION));
    }
    byte code = in.one();
    if (code != expected.code()) {
      throw KulaException.remote(
          "kind of a message is %d, must be %d (%s) in this phase; a message of another is void"
              .formatted(code, expected.code(), expected));
    }
    if (!Arrays.equals(in.bytes(Session.ID_BYTES), session.id())) {
      throw KulaException.remote(
          "session of a message is another, must be this one: all must agree on all of it");
    }
    return expected;
  }

  private byte[] packed(WireReader in) {
    byte[] packed = in.bytes(session.modulus().packedBytes(session.length()));
    if (!session.modulus().isCanonical(packed, session.length())) {
      throw KulaException.remote("vector has bits after its last number, must have none");
    }
    return packed;
  }

  private static List<SealedShares> sealedShares(WireReader in) {
    return in.list(
        SealedShares::peer,
        () -> new SealedShares(in.member("peer"), in.bytes(SealedShares.BYTES)));
  }

  private static List<RevealedShare> revealed(WireReader in) {
    return in.list(
        RevealedShare::owner,
        () -> {
          int owner = in.member("owner");
          Secret secret =
              switch (in.one()) {
                case 0 -> Secret.SELF_MASK;
                case 1 -> Secret.MASK_KEY;
                default -> throw KulaException.remote("kind of a secret is neither 0 nor 1");
              };
          byte[] share = in.bytes(Shamir.SHARE_BYTES);
          if (!Shamir.isShare(share)) {
            throw KulaException.remote(
                "share of %d is not below the prime, must be: it is none".formatted(owner));
          }
          return new RevealedShare(owner, secret, share);
        });
  }

  private List<Signed<Advertisement>> advertisements(WireReader in) {
    return in.list(
        one -> one.message().sender(),
        () -> {
          Advertisement message =
              new Advertisement(
                  in.member("sender"), in.bytes(Curve.KEY_BYTES), in.bytes(Curve.KEY_BYTES));
          return requireSigned(message, in.bytes(Identity.SIGNATURE_BYTES));
        });
  }

  private List<Signed<Endorsement>> endorsements(WireReader in) {
    return in.list(
        one -> one.message().sender(),
        () -> {
          Endorsement message =
              new Endorsement(in.member("sender"), in.bytes(Endorsement.HASH_BYTES));
          return requireSigned(message, in.bytes(Identity.SIGNATURE_BYTES));
        });
  }

  private <M extends FromDevice> Signed<M> requireSigned(M message, byte[] signature) {
    requireSigned(message.sender(), unsigned(message, message.sender()), signature, kind(message));
    return new Signed<>(message, signature);
  }

  private void requireSigned(int sender, byte[] signedPart, byte[] signature, Kind kind) {
    if (!Identity.verify(session.identity(sender), signedPart, signature)) {
      throw KulaException.remote(
          "signature of %s of device %d is not by its key, must be: somebody forged or changed it"
              .formatted(kind, sender));
    }
  }
}
