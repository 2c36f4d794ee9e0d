package dev.kula.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.data.Sealer;
import dev.kula.data.SealingKey;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.wire.Introduction;
import dev.kula.wire.MessageCodec;
import dev.kula.wire.identity.PeerKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two devices say to each other, and what whoever carries it can do. */
final class SealedTalkTest {
  private static final Message.Visited SAID =
      new Message.Visited(7, new BlockId("0a".repeat(32)), new float[] {1.5f, -2});

  private final Authority authority;
  private final List<String> troubles = new ArrayList<>();
  private final Party alice;
  private final Party bob;
  private final Party carol;

  SealedTalkTest(@TempDir Path directory) throws CertificateEncodingException {
    authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    alice = new Party("alice");
    bob = new Party("bob");
    carol = new Party("carol");
    alice.others.meet(bob.introduction());
    bob.others.meet(alice.introduction());
    bob.others.meet(carol.introduction());
    carol.others.meet(bob.introduction());
  }

  /** A device, its keys, and whom it knows. */
  private final class Party {
    final DeviceId name;
    final PeerKeys keys = PeerKeys.create(Role.DEVICE);
    final byte[] certificate;
    final Acquaintances others =
        new Acquaintances(
            new Trust(authority.certificate(), InstantSource.system(), Revocations.none()));
    final SealedTalk talk;

    Party(String name) throws CertificateEncodingException {
      this.name = new DeviceId(name);
      Peer peer = new Peer(Role.DEVICE, this.name, keys.signing().map(KeyPair::getPublic));
      this.certificate =
          authority
              .issue(peer, keys.connection().getPublic(), List.of(), Authority.VALIDITY)
              .getFirst()
              .getEncoded();
      Sealer sealer = new Sealer("a run", this.name, keys.deviceKeys());
      this.talk = new SealedTalk(sealer, others, troubles::add);
    }

    SealingKey shown() {
      return Sealer.shown(keys.deviceKeys());
    }

    /** What an orchestrator tells others of it. */
    Introduction introduction() {
      return new Introduction(List.of(certificate), Optional.of(shown()), Optional.empty());
    }

    List<Envelope> says(Party to, Message message) {
      return talk.sealed(List.of(new Envelope(name, to.name, message)));
    }
  }

  private static Message.Sealed sealed(List<Envelope> carried) {
    assertEquals(1, carried.size());
    return assertInstanceOf(Message.Sealed.class, carried.getFirst().message());
  }

  private void unheard(String why, Party hearer, List<Envelope> carried) {
    troubles.clear();
    assertEquals(List.of(), hearer.talk.opened(carried));
    assertTrue(troubles.getLast().contains(why), troubles::toString);
  }

  @Test
  void theReceiverReadsWhatTheSenderSaid() {
    List<Envelope> carried = alice.says(bob, SAID);
    assertEquals(Message.Kind.VISIT, sealed(carried).kind());
    assertEquals(32 + 16 + MessageCodec.encode(SAID).length, sealed(carried).bytes());
    List<Envelope> heard = bob.talk.opened(carried);
    assertEquals(alice.name, heard.getFirst().from());
    Message.Visited visited = assertInstanceOf(Message.Visited.class, heard.getFirst().message());
    assertArrayEquals(SAID.delta(), visited.delta());
    assertArrayEquals(
        sealed(carried).ciphertext(), sealed(alice.says(bob, SAID)).ciphertext(), "said again");
    assertEquals(List.of(), troubles);
  }

  /** Servers are told what is for them as it is, and are heard as they say it. */
  @Test
  void whatIsForServersIsNotSealed() {
    Message report = new Message.ProfileDeclined(1, 2);
    List<Envelope> said = List.of(new Envelope(alice.name, Envelope.MONITOR, report));
    assertEquals(said, alice.talk.sealed(said));
    List<Envelope> told =
        List.of(new Envelope(Envelope.ORCHESTRATOR, alice.name, new Message.Assigned(1, 0)));
    assertEquals(told, alice.talk.opened(told));
  }

  /** Names that devices may not have are no way around the seals, nor are those of servers. */
  @Test
  void nothingOfDevicesGoesToReservedNamesUnsealed() {
    for (DeviceId reserved :
        List.of(new DeviceId("kula:x"), Envelope.BASE, Envelope.ORCHESTRATOR, Envelope.MONITOR)) {
      assertEquals(List.of(), alice.talk.sealed(List.of(new Envelope(alice.name, reserved, SAID))));
      unheard("is not sealed", alice, List.of(new Envelope(reserved, alice.name, SAID)));
    }
  }

  @Test
  void whoeverCarriesItCanNeitherChangeNorTurnIt() {
    List<Envelope> carried = alice.says(bob, SAID);
    Message.Sealed message = sealed(carried);
    byte[] changed = message.ciphertext().clone();
    changed[3] ^= 1;
    unheard(
        "is not what that device sealed",
        bob,
        List.of(
            new Envelope(
                alice.name,
                bob.name,
                new Message.Sealed(message.of(), message.encapsulated(), changed))));
    unheard(
        "is not what that device sealed",
        bob,
        List.of(new Envelope(carol.name, bob.name, message))); // in another's name
    unheard(
        "is not what that device sealed",
        bob,
        List.of(
            new Envelope(
                alice.name,
                bob.name,
                new Message.Sealed(
                    Message.Kind.FETCHED, message.encapsulated(), message.ciphertext()))));
    unheard(
        "has shown no sealing key", carol, List.of(new Envelope(alice.name, carol.name, message)));
    unheard("is not sealed", bob, List.of(new Envelope(alice.name, bob.name, SAID)));
    unheard("is of another kind than it says", bob, alice.says(bob, message));
  }

  @Test
  void nothingIsSaidToStrangers() {
    assertEquals(List.of(), alice.says(carol, SAID));
    assertTrue(troubles.getLast().contains("nothing is said to 'carol'"), troubles::toString);

    SealingKey others = bob.shown();
    KulaException refusal =
        assertThrows(
            KulaException.class,
            () ->
                alice.others.meet(
                    carol.introduction().with(Optional.of(others), Optional.empty())));
    assertTrue(
        String.valueOf(refusal.getMessage()).contains("sealing key of 'carol' is not signed by it"),
        refusal.getMessage());
    assertEquals(List.of(), alice.says(carol, SAID), "not to a key that another signed");

    alice.others.meet(carol.introduction());
    assertEquals(1, alice.says(carol, SAID).size());
  }
}
