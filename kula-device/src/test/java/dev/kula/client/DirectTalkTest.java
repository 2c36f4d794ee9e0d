package dev.kula.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.MessageCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.PeerAddress;
import dev.kula.wire.Result;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.RevocationList;
import dev.kula.wire.identity.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real connections from device to device on loopback: who may hand what, and what becomes of it.
 */
final class DirectTalkTest {
  private static final String HOST = "127.0.0.1";
  private static final DirectTalk.Terms TERMS =
      new DirectTalk.Terms(100, 30_000, 50_000, Duration.ofSeconds(20));
  private static final Message.Visited LARGE = visited(7, 1000);

  private final Path directory;
  private final Authority authority;
  private final List<String> troubles = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<Tls, X509Certificate> certificates = new HashMap<>();
  private Instant now = Instant.parse("2026-06-01T12:00:00Z");

  DirectTalkTest(@TempDir Path directory) {
    this.directory = directory;
    this.authority = Authority.create(directory.resolve("authority"), () -> now);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private static Message.Visited visited(long order, int numbers) {
    return new Message.Visited(order, new BlockId("0a".repeat(32)), new float[numbers]);
  }

  private Tls tls(Authority by, Role role, String name) {
    PeerKeys keys = PeerKeys.create(role);
    Peer peer = new Peer(role, new DeviceId(name), keys.signing().map(KeyPair::getPublic));
    List<Host> hosts = role.isServer() ? List.of(new Host(HOST)) : List.of();
    List<X509Certificate> chain =
        by.issue(peer, keys.connection().getPublic(), hosts, Authority.VALIDITY);
    Revocations revocations =
        RevocationList.open(
            directory.resolve("authority/revoked.crl"), authority.certificate(), () -> now);
    Tls tls =
        new Tls(
            new Credentials(peer, chain, keys),
            new Trust(
                by.certificate(),
                () -> now,
                by.equals(authority) ? revocations : Revocations.none()));
    certificates.put(tls, chain.getFirst());
    return tls;
  }

  /** A device that listens. */
  private final class Party {
    final DeviceId name;
    final Tls tls;
    DirectTalk talk;

    Party(String name) {
      this(name, TERMS);
    }

    Party(String name, DirectTalk.Terms terms) {
      this.name = new DeviceId(name);
      this.tls = tls(authority, Role.DEVICE, name);
      this.talk = start(terms);
    }

    DirectTalk start(DirectTalk.Terms terms) {
      DirectTalk started =
          DirectTalk.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              Optional.empty(),
              tls,
              parcels(),
              terms,
              troubles::add);
      open.add(started);
      return started;
    }

    /** With a name that is not a good one for a file. */
    Path parcels() {
      return directory.resolve("parcels-" + name.name().hashCode());
    }

    Introduction introduction() {
      return introduction(Optional.of(talk.address()));
    }

    Introduction introduction(Optional<PeerAddress> at) {
      return introduced(tls, at);
    }

    List<Envelope> says(Party to, Message... messages) {
      List<Envelope> said =
          Stream.of(messages).map(message -> new Envelope(name, to.name, message)).toList();
      return assertInstanceOf(Result.Said.class, talk.hand(3, new Result.Said(said, 0.5)))
          .envelopes();
    }

    /** What is delivered, once it is complete. */
    List<Message> hears(List<Envelope> carried) {
      Job.Deliver delivery = delivery(carried);
      return talk.complete(delivery).orElse(delivery).inbox().stream()
          .map(Envelope::message)
          .toList();
    }
  }

  private static Job.Deliver delivery(List<Envelope> inbox) {
    return new Job.Deliver(List.of(), inbox, Instant.EPOCH, 0);
  }

  private Introduction introduced(Tls tls, Optional<PeerAddress> at) {
    try {
      byte[] certificate = Objects.requireNonNull(certificates.get(tls)).getEncoded();
      return new Introduction(List.of(certificate), Optional.empty(), at);
    } catch (CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }

  /** Two that know each other. */
  private record Pair(Party alice, Party bob) {}

  private Pair pair() {
    Party alice = new Party("alice");
    Party bob = new Party("../bob");
    alice.talk.meet(List.of(bob.introduction()));
    bob.talk.meet(List.of(alice.introduction()));
    return new Pair(alice, bob);
  }

  private static void assertSame(Message expected, Message actual) {
    assertArrayEquals(MessageCodec.encode(expected), MessageCodec.encode(actual));
  }

  private void assertTrouble(String part) {
    assertTrue(troubles.stream().anyMatch(line -> line.contains(part)), troubles::toString);
  }

  @Test
  void whatIsLargeGoesItself() {
    Pair pair = pair();
    Message small = visited(8, 2);
    List<Envelope> carried = pair.alice().says(pair.bob(), small, LARGE);

    assertEquals(small, carried.getFirst().message());
    Message.Handed claim = assertInstanceOf(Message.Handed.class, carried.getLast().message());
    assertEquals(LARGE.bytes(), claim.bytes());
    assertEquals(LARGE.kind(), claim.kind());
    List<Message> heard = pair.bob().hears(carried);
    assertEquals(small, heard.getFirst());
    assertSame(LARGE, heard.getLast());
    int size = MessageCodec.encode(LARGE).length;
    assertEquals(size, pair.alice().talk.handed());
    assertEquals(size, pair.bob().talk.received());
    assertEquals(List.of(), troubles);
  }

  /** The same twice is the same; asked for again, as after a crash, it is still there. */
  @Test
  void comesTwiceAndIsOne() throws IOException {
    Pair pair = pair();
    List<Envelope> carried = pair.alice().says(pair.bob(), LARGE, LARGE);
    assertEquals(carried.getFirst().to(), carried.getLast().to());
    assertEquals(2, pair.bob().hears(carried).size());
    assertEquals(2, pair.bob().hears(carried).size());
    try (Stream<Path> files = Files.list(pair.bob().parcels())) {
      assertEquals(1, files.count());
    }
    pair.bob().talk.begin();
    assertEquals(0, pair.bob().hears(carried).size());
    assertTrouble("what 'alice' handed is not here; it is let lie");
    try (Stream<Path> files = Files.list(pair.bob().parcels())) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void outlivesTheProcessAndIsWrittenDownWithTheJob() {
    Pair pair = pair();
    List<Envelope> carried = pair.alice().says(pair.bob(), LARGE);
    pair.bob().talk.close();
    DirectTalk again = pair.bob().start(TERMS);

    Job.Deliver complete = again.complete(delivery(carried)).orElseThrow();
    assertSame(LARGE, complete.inbox().getFirst().message());
    Job.Deliver carriedAsWhole =
        delivery(List.of(new Envelope(pair.alice().name, pair.bob().name, LARGE)));
    assertArrayEquals(
        JobCodec.encode(carriedAsWhole), JobCodec.encode(complete), "as if it had been carried");
  }

  @Test
  void whoIsNotThereIsToldAnotherWay() throws IOException {
    Pair pair = pair();
    pair.bob().talk.close();
    List<Envelope> carried = pair.alice().says(pair.bob(), LARGE, LARGE);
    assertEquals(List.of(LARGE, LARGE), carried.stream().map(Envelope::message).toList());
    assertEquals(1, pair.alice().talk.missed(), "it is not tried again at once");
    assertTrouble("'../bob' is told through the orchestrator");
    pair.alice().says(pair.bob(), LARGE);
    assertEquals(1, pair.alice().talk.missed());

    // Somewhere else it is tried again.
    DirectTalk moved = pair.bob().start(TERMS);
    moved.meet(List.of(pair.alice().introduction()));
    pair.alice().talk.meet(List.of(pair.bob().introduction(Optional.of(moved.address()))));
    carried = pair.alice().says(pair.bob(), LARGE);
    assertInstanceOf(Message.Handed.class, carried.getFirst().message());
  }

  @Test
  void whoIsTooSlowIsToldAnotherWay() throws IOException {
    Party alice =
        new Party("alice", new DirectTalk.Terms(100, 30_000, 50_000, Duration.ofMillis(300)));
    Party bob = new Party("bob");
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      alice.talk.meet(
          List.of(bob.introduction(Optional.of(new PeerAddress(HOST, mute.getLocalPort())))));
      long before = System.nanoTime();
      assertEquals(LARGE, alice.says(bob, LARGE).getFirst().message());
      assertTrue(System.nanoTime() - before < Duration.ofSeconds(5).toNanos());
    }
    assertTrouble("'bob' is told through the orchestrator");
  }

  /** What a device shows as its address may be anybody's. */
  @Test
  void nothingIsHandedToAnother() {
    Pair pair = pair();
    Party carol = new Party("carol");
    carol.talk.meet(List.of(pair.alice().introduction()));
    Party dave = new Party("dave");
    pair.alice().talk.meet(List.of(dave.introduction(Optional.of(carol.talk.address()))));
    assertEquals(LARGE, pair.alice().says(dave, LARGE).getFirst().message());
    assertTrouble("name of the device is 'carol', must be 'dave'");
    assertEquals(0, carol.talk.received());
  }

  @Test
  void strangersHandNothing() {
    Pair pair = pair();
    Party mallory = new Party("mallory");
    mallory.talk.meet(List.of(pair.bob().introduction()));
    assertEquals(LARGE, mallory.says(pair.bob(), LARGE).getFirst().message());
    assertTrouble("'mallory' is a device that this one has not been introduced to");
    assertEquals(1, pair.bob().talk.refused());

    // Nor is what one handed another's.
    List<Envelope> carried = pair.alice().says(pair.bob(), LARGE);
    Envelope forged = new Envelope(mallory.name, pair.bob().name, carried.getFirst().message());
    assertEquals(List.of(), pair.bob().hears(List.of(forged)));
    assertTrouble("what 'mallory' handed is not here");
    assertSame(LARGE, pair.bob().hears(carried).getFirst());
  }

  private static Optional<String> hand(Tls tls, Party to, Message message) {
    Outgoing parcel = new Outgoing(1, MessageCodec.encode(message));
    try (PeerCall call = new PeerCall(to.name, to.talk.address(), tls, List.of(parcel))) {
      call.call();
      assertEquals(1, call.taken());
      return Optional.empty();
    } catch (IOException refused) {
      return Optional.of(String.valueOf(refused.getMessage()));
    }
  }

  private void assertRefused(String why, Optional<String> actual) {
    assertTrue(actual.orElse("it was taken").contains(why), actual::toString);
  }

  @Test
  void aServerIsNoDevice() {
    Pair pair = pair();
    for (Role role : List.of(Role.MONITOR, Role.ORCHESTRATOR, Role.OPERATOR)) {
      assertRefused(
          "must be device", hand(tls(authority, role, "a-" + role.word()), pair.bob(), LARGE));
    }
    assertEquals(3, pair.bob().talk.refused());
  }

  @Test
  void anotherAuthoritysDevicesDoNotGetThroughTheHandshake() {
    Pair pair = pair();
    Authority other = Authority.create(directory.resolve("other"), () -> now);
    assertTrue(hand(tls(other, Role.DEVICE, "alice"), pair.bob(), LARGE).isPresent());
    assertEquals(0, pair.bob().talk.received());
  }

  @Test
  void norDoThoseThatRanOutOrWereRevokedHandAnything() {
    Pair pair = pair();
    assertEquals(1, pair.alice().says(pair.bob(), LARGE).size());
    authority.revoke(pair.alice().name);
    now = now.plusSeconds(2);
    assertRefused("was revoked", hand(pair.alice().tls, pair.bob(), LARGE));
    assertRefused("was revoked", hand(pair.alice().tls, pair.bob(), LARGE));
  }

  @Test
  void roomIsLimitedByDeviceAndInAll() {
    Pair pair = pair();
    // 30 kB a device and a round: seven of 4 kB, not eight.
    List<Envelope> carried = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      carried.addAll(pair.alice().says(pair.bob(), visited(i, 1000)));
    }
    assertEquals(7, pair.bob().hears(carried).size());
    assertEquals(0, pair.alice().talk.missed());
    Message more = visited(8, 1000);
    assertEquals(more, pair.alice().says(pair.bob(), more).getFirst().message());
    assertTrouble("which are left in this round");

    Party carol = new Party("carol");
    pair.bob().talk.meet(List.of(carol.introduction()));
    carol.talk.meet(List.of(pair.bob().introduction()));
    for (int i = 0; i < 5; i++) {
      assertInstanceOf(
          Message.Handed.class, carol.says(pair.bob(), visited(i, 1000)).getFirst().message());
    }
    assertEquals(more, carol.says(pair.bob(), more).getFirst().message(), "50 kB in all");

    pair.bob().talk.begin();
    assertEquals(Optional.empty(), hand(pair.alice().tls, pair.bob(), more));
  }

  /** What is announced as larger than may be is refused before it comes. */
  @Test
  void oneThatIsTooLargeIsNotTaken() throws IOException {
    Pair pair = pair();
    assertRefused(
        "must have 1 to 30000", hand(pair.alice().tls, pair.bob(), visited(1, 1_000_000)));
    try (Stream<Path> files = Files.list(pair.bob().parcels())) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aClaimThatSaysSomethingElseIsLetLie() {
    Pair pair = pair();
    List<Envelope> carried = pair.alice().says(pair.bob(), LARGE);
    Message.Handed claim = (Message.Handed) carried.getFirst().message();
    for (Message.Handed other :
        List.of(
            new Message.Handed(Message.Kind.POINTER, claim.bytes(), claim.digest()),
            new Message.Handed(claim.of(), claim.bytes() + 1, claim.digest()))) {
      assertEquals(
          List.of(),
          pair.bob().hears(List.of(new Envelope(pair.alice().name, pair.bob().name, other))));
    }
    assertTrouble("is of another kind or size than it says");

    // Nor is a claim a message that somebody could hand.
    assertEquals(Optional.empty(), hand(pair.alice().tls, pair.bob(), claim));
    Message.Handed twice =
        new Message.Handed(
            claim.of(), claim.bytes(), new Outgoing(1, MessageCodec.encode(claim)).digest());
    assertEquals(
        List.of(),
        pair.bob().hears(List.of(new Envelope(pair.alice().name, pair.bob().name, twice))));
  }

  @Test
  void aFileThatChangedIsNotWhatWasHanded() throws IOException {
    Pair pair = pair();
    List<Envelope> carried = pair.alice().says(pair.bob(), LARGE);
    try (Stream<Path> files = Files.list(pair.bob().parcels())) {
      Path file = files.findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(file);
      bytes[100] ^= 1;
      Files.write(file, bytes);
    }
    assertEquals(List.of(), pair.bob().hears(carried));
  }
}
