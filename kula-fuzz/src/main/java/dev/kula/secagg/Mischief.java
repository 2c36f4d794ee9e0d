package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.fuzz.Script;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.Survivors;
import dev.kula.secagg.Message.UnmaskRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What a script lets go wrong in a {@link Trial}. */
final class Mischief {
  private final Script script;
  private final Parties parties;
  private final Codec codec;
  private final int cohort;

  Mischief(Script script, Parties parties) {
    this.script = script;
    this.parties = parties;
    this.codec = new Codec(parties.session());
    this.cohort = parties.session().cohort();
  }

  /** As many things as the next byte says. */
  void happen(Trial trial) {
    int count = script.below(4);
    for (int i = 0; i < count; i++) {
      happenOnce(trial);
    }
  }

  private void happenOnce(Trial trial) {
    int what = script.below(12);
    int member = script.below(cohort);
    switch (what) {
      case 0 -> trial.silence(member);
      case 1 -> trial.give(member, trial.mail(member));
      case 2 -> trial.hear(member, trial.mail(member));
      case 3 -> trial.give(member, any(trial));
      case 4 -> trial.take(any(trial));
      case 5 -> trial.hearAgain(member, any(trial));
      case 6 -> trial.give(member, changed(trial, any(trial)));
      case 7 -> requireRefused(trial, changed(trial, any(trial)));
      case 8 -> trial.take(signed(trial, member, changed(trial, any(trial))));
      case 9 -> trial.close();
      case 10 -> trial.give(member, codec.encode(new Survivors(member, some())));
      default -> trial.give(member, codec.encode(request(trial, member)));
    }
  }

  /** A message that was sent before, to whomever; or one of another session. */
  private byte[] any(Trial trial) {
    List<byte[]> seen = trial.witness().seen();
    int chosen = script.next();
    if (chosen == 0xff || seen.isEmpty()) {
      Parties others =
          Parties.of(
              2,
              cohort,
              parties.session().neighbourhoods(),
              parties.session().length(),
              parties.session().modulus());
      return others.device(0).advertise().message();
    }
    // The latest ones first, for these are what is waited for.
    return seen.get(seen.size() - 1 - chosen % seen.size());
  }

  private byte[] changed(Trial trial, byte[] original) {
    byte[] bytes = original.clone();
    if (bytes.length == 0) {
      return bytes;
    }
    int at = script.below(bytes.length);
    switch (script.below(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << script.below(8));
      case 1 -> bytes = Arrays.copyOf(bytes, at);
      case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + script.next());
      case 3 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + Curve.KEY_BYTES), (byte) 0);
      case 4 -> {
        byte[] other = any(trial);
        int count = Math.min(Math.min(other.length, bytes.length) - at, 1 + script.next());
        System.arraycopy(other, Math.min(at, other.length), bytes, at, Math.max(0, count));
      }
      default -> bytes[at] = (byte) script.next();
    }
    return bytes;
  }

  /** A device's message that was changed on the way: its signature cannot hold. */
  private void requireRefused(Trial trial, byte[] changed) {
    if (!trial.witness().isKnown(changed) && trial.take(changed)) {
      throw new AssertionError("the server takes what nobody signed");
    }
  }

  /** Signed by a corrupt device, for itself or for another. */
  private byte[] signed(Trial trial, int member, byte[] message) {
    trial.witness().corrupted(member);
    int length = Math.max(0, message.length - Identity.SIGNATURE_BYTES);
    byte[] unsigned = Arrays.copyOf(message, length);
    byte[] signature = parties.identities().get(member).sign(unsigned);
    byte[] forged = new WireWriter().bytes(unsigned).bytes(signature).toByteArray();
    trial.witness().madeUp(forged);
    return forged;
  }

  private Members some() {
    int bits = script.next();
    return Members.of(
        cohort, IntStream.range(0, cohort).filter(i -> (bits >> i & 1) != 0).boxed().toList());
  }

  /** What a lying server asks, with what devices have signed, and what corrupt ones sign for it. */
  private UnmaskRequest request(Trial trial, int member) {
    Members survivors = some();
    Members dropped = some();
    Members corrupt = some();
    Map<Integer, Signed<Endorsement>> endorsements = new TreeMap<>();
    for (byte[] message : trial.witness().seen()) {
      if (message.length > 1 && message[1] == Kind.ENDORSEMENT.code() && isSound(message)) {
        Signed<Endorsement> signed = codec.fromDevice(message, Endorsement.class);
        endorsements.put(signed.message().sender(), signed);
      }
    }
    corrupt.stream()
        .filter(other -> other != member)
        .forEach(
            other -> {
              trial.witness().corrupted(other);
              Endorsement lie = new Endorsement(other, ConsistencyCheck.hash(survivors));
              byte[] bytes = codec.sign(lie, parties.identities().get(other));
              trial.witness().madeUp(bytes);
              endorsements.put(other, codec.fromDevice(bytes, Endorsement.class));
            });
    endorsements.keySet().removeIf(other -> !adjacent(member, other));
    return new UnmaskRequest(
        member, survivors, dropped, List.copyOf(new ArrayList<>(endorsements.values())));
  }

  private boolean adjacent(int one, int other) {
    return parties.session().graph().adjacent(one, other);
  }

  private boolean isSound(byte[] message) {
    try {
      codec.fromDevice(message, Endorsement.class);
      return true;
    } catch (KulaException refused) {
      return false;
    }
  }
}
