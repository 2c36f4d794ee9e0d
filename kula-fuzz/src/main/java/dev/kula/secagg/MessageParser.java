package dev.kula.secagg;

import dev.kula.KulaException.Blame;
import dev.kula.fuzz.Parser;
import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.FromDevice;
import dev.kula.secagg.Message.FromServer;
import dev.kula.secagg.Message.MaskedVector;
import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.Roster;
import dev.kula.secagg.Message.SharesDelivered;
import dev.kula.secagg.Message.SharesSent;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.Survivors;
import dev.kula.secagg.Message.UnmaskRequest;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One message of secure aggregation. The first byte of the input is the kind that is asked for, the
 * second whom the message is from or for; the rest is its body, to which a sound header and, of a
 * device's message, its signature are added, so that the fuzzer need not guess them. With the top
 * bit of the first byte set, the rest is the whole message. What is accepted must be written as the
 * same bytes again.
 */
public final class MessageParser implements Parser {
  private static final Parties PARTIES =
      Parties.of(1, 5, new Neighbourhoods.Complete(3), 7, new Modulus(11));

  @Override
  public Blame blames() {
    return Blame.REMOTE;
  }

  @Override
  public void parse(byte[] input, Path folder) {
    if (input.length < 2) {
      return;
    }
    int code = 1 + (input[0] & 0x7f) % Kind.values().length;
    Kind kind =
        Arrays.stream(Kind.values()).filter(one -> one.code() == code).findFirst().orElseThrow();
    int party = (input[1] & 0xff) % PARTIES.session().cohort();
    byte[] rest = Arrays.copyOfRange(input, 2, input.length);
    boolean whole = input[0] < 0;
    switch (kind) {
      case ADVERTISEMENT -> fromDevice(Advertisement.class, party, rest, whole);
      case SHARES_SENT -> fromDevice(SharesSent.class, party, rest, whole);
      case MASKED_VECTOR -> fromDevice(MaskedVector.class, party, rest, whole);
      case ENDORSEMENT -> fromDevice(Endorsement.class, party, rest, whole);
      case REVEAL -> fromDevice(Reveal.class, party, rest, whole);
      case ROSTER -> fromServer(Roster.class, party, rest, whole);
      case SHARES_DELIVERED -> fromServer(SharesDelivered.class, party, rest, whole);
      case SURVIVORS -> fromServer(Survivors.class, party, rest, whole);
      case UNMASK_REQUEST -> fromServer(UnmaskRequest.class, party, rest, whole);
    }
  }

  private static <M extends FromDevice> void fromDevice(
      Class<M> type, int party, byte[] rest, boolean whole) {
    Codec codec = new Codec(PARTIES.session());
    byte[] bytes = rest;
    if (!whole) {
      byte[] unsigned = headed(Kind.of(type), party, rest);
      byte[] signature = PARTIES.identities().get(party).sign(unsigned);
      bytes = new WireWriter().bytes(unsigned).bytes(signature).toByteArray();
    }
    Signed<M> signed = codec.fromDevice(bytes, type);
    Identity sender = PARTIES.identities().get(signed.message().sender());
    requireSame(bytes, codec.sign(signed.message(), sender));
  }

  private static <M extends FromServer> void fromServer(
      Class<M> type, int party, byte[] rest, boolean whole) {
    Codec codec = new Codec(PARTIES.session());
    byte[] bytes = whole ? rest : headed(Kind.of(type), party, rest);
    requireSame(bytes, codec.encode(codec.fromServer(bytes, type, party)));
  }

  private static byte[] headed(Kind kind, int party, byte[] body) {
    return new WireWriter()
        .one(Codec.VERSION)
        .one(kind.code())
        .bytes(PARTIES.session().id())
        .number(party)
        .bytes(body)
        .toByteArray();
  }

  private static void requireSame(byte[] read, byte[] written) {
    if (!Arrays.equals(read, written)) {
      throw new AssertionError("written again, it is another message");
    }
  }
}
