package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import dev.kula.fuzz.Bounds;
import dev.kula.secagg.ServerState.Aggregated;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One session from its start to its sum or its failure, with mischief in between. What is refused
 * must have been refused by a {@link KulaException} that blames the remote side, and must have
 * changed nothing: at the end all is done again without it, and every byte that is said must be the
 * same. A sum is exact unless somebody took what no honest party said.
 */
final class Trial {
  private final Parties parties;
  private final Mischief mischief;
  private final Actors actors;
  private final Witness witness;
  private final List<Act> acts = new ArrayList<>();
  private final Map<Integer, ClientState> left = new TreeMap<>();
  private final Set<Integer> silent = new HashSet<>();
  private final Set<Integer> answered = new TreeSet<>();
  private Map<Integer, byte[]> mail = new HashMap<>();
  private Set<Integer> vectors = Set.of();

  /** Phases that have ended. */
  private int ended;

  /** Something that was not refused, and what came of it. */
  private sealed interface Act {
    record Give(int member, byte[] message, byte[] said) implements Act {}

    record Take(byte[] message) implements Act {}

    record Close(Map<Integer, byte[]> said) implements Act {}
  }

  Trial(Parties parties, Mischief mischief) {
    this.parties = parties;
    this.mischief = mischief;
    this.actors = new Actors(parties);
    this.witness = new Witness(parties.session());
    for (int member = 0; member < parties.session().cohort(); member++) {
      mail.put(member, new byte[0]);
    }
  }

  void run() {
    boolean going = true;
    while (going && !(actors.server() instanceof Aggregated)) {
      int phase = ended;
      for (int member = 0; member < parties.session().cohort(); member++) {
        mischief.happen(this);
        if (ended == phase) {
          speak(member);
        }
      }
      mischief.happen(this);
      going = ended > phase || close();
    }
    if (actors.server() instanceof Aggregated end && !witness.isAnybodyDeceived()) {
      requireExact(end);
    }
    again();
  }

  /** What happens if nothing goes wrong: the device hears its mail, and the server the answer. */
  private void speak(int member) {
    byte[] message = mail.get(member);
    if (silent.contains(member) || message == null || !actors.isDevicesTurn(member)) {
      return;
    }
    boolean keysMayBeCopied =
        actors.server() instanceof CollectAdvertisements && witness.isAnybodyCorrupt();
    boolean excused = keysMayBeCopied || witness.isADeviceDeceived() || witness.isCorrupt(member);
    if (!give(member, message) && !excused) {
      throw new AssertionError("device %d is stopped by somebody else".formatted(member));
    }
  }

  /**
   * Gives a device a message, and its answer to the server.
   *
   * @return whether both were taken
   */
  boolean give(int member, byte[] message) {
    return hear(member, message) && take(witness.seen().getLast());
  }

  /** Gives a device a message, and loses its answer, for now. */
  boolean hear(int member, byte[] message) {
    ClientState before = actors.device(member);
    if (before instanceof ClientState.Done) {
      return false;
    }
    byte[] said;
    try {
      said = actors.give(member, message);
    } catch (KulaException refusal) {
      Bounds.requireMistake(Blame.REMOTE, refusal);
      return false;
    }
    if (!(before instanceof Advertise)) {
      witness.takenByDevice(message);
    }
    left.put(member, before);
    acts.add(new Act.Give(member, message, said));
    witness.saidGenuinely(said);
    if (before instanceof Unmask) {
      witness.revealed(member, said);
    }
    return true;
  }

  /** Asks a device in a state that it has left. */
  void hearAgain(int member, byte[] message) {
    ClientState state = left.get(member);
    if (state == null) {
      return;
    }
    try {
      Actors.give(state, message, parties.vectors()[member]);
    } catch (IllegalStateException spent) {
      return;
    }
    throw new AssertionError("device %d answers twice in one phase".formatted(member));
  }

  /** Gives the server a message. */
  boolean take(byte[] message) {
    if (actors.server() instanceof Aggregated) {
      return false;
    }
    try {
      actors.take(message);
    } catch (KulaException refusal) {
      Bounds.requireMistake(Blame.REMOTE, refusal);
      return false;
    }
    witness.takenByServer(message);
    acts.add(new Act.Take(message));
    Codec codec = new Codec(parties.session());
    answered.add(codec.fromDevice(message, Actors.awaited(actors.server())).message().sender());
    return true;
  }

  /** Ends the phase, if enough have answered. */
  boolean close() {
    ServerState before = actors.server();
    if (before instanceof Aggregated) {
      return false;
    }
    Map<Integer, byte[]> said;
    try {
      said = actors.close();
    } catch (KulaException refusal) {
      Bounds.requireMistake(Blame.REMOTE, refusal);
      requireEnough(false);
      return false;
    }
    requireEnough(true);
    ended++;
    acts.add(new Act.Close(said));
    said.forEach((member, message) -> witness.saidGenuinely(message));
    if (actors.server() instanceof CollectReveals) {
      said.forEach(witness::asked);
    }
    if (before instanceof CollectMaskedInputs) {
      vectors = Set.copyOf(answered);
    }
    answered.clear();
    mail = said;
    return true;
  }

  /** On a complete graph, a phase can end if and only if more than the threshold have answered. */
  private void requireEnough(boolean isEnded) {
    Session session = parties.session();
    boolean enough = answered.size() > session.threshold();
    if (session.neighbourhoods() instanceof Neighbourhoods.Complete
        && !witness.isAnybodyDeceived()
        && enough != isEnded) {
      throw new AssertionError(
          "a phase with %d answers has%s ended".formatted(answered.size(), isEnded ? "" : " not"));
    }
  }

  private void requireExact(Aggregated end) {
    Members claimed = end.contributors();
    if (!claimed.equals(Members.of(parties.session().cohort(), vectors))) {
      throw new AssertionError("in the sum are %s, sent have %s".formatted(claimed, vectors));
    }
    if (!Arrays.equals(end.sum(), parties.sum(claimed))) {
      throw new AssertionError("the sum is not that of %s".formatted(claimed));
    }
  }

  private void again() {
    try {
      withoutWhatWasRefused();
    } catch (KulaException refusal) {
      throw new AssertionError("only what is refused made this be taken", refusal);
    }
  }

  private void withoutWhatWasRefused() {
    Actors twins = new Actors(parties);
    for (Act act : acts) {
      switch (act) {
        case Act.Give give -> requireSame(give.said(), twins.give(give.member(), give.message()));
        case Act.Take take -> twins.take(take.message());
        case Act.Close close -> {
          Map<Integer, byte[]> now = twins.close();
          if (!now.keySet().equals(close.said().keySet())) {
            throw new AssertionError("without what was refused, others are still there");
          }
          now.forEach((member, message) -> requireSame(message, close.said().get(member)));
        }
      }
    }
    if (twins.server() instanceof Aggregated now && actors.server() instanceof Aggregated end) {
      if (!Arrays.equals(now.sum(), end.sum())) {
        throw new AssertionError("without what was refused, the sum is another");
      }
    }
  }

  private static void requireSame(byte[] said, byte @Nullable [] again) {
    if (!Arrays.equals(said, again)) {
      throw new AssertionError("without what was refused, a message is another");
    }
  }

  void silence(int member) {
    silent.add(member);
  }

  Witness witness() {
    return witness;
  }

  /** What the server has for a device in this phase, or nothing. */
  byte[] mail(int member) {
    return Objects.requireNonNullElse(mail.get(member), new byte[0]);
  }
}
