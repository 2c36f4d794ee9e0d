package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Roster;
import dev.kula.secagg.Message.SealedShares;
import dev.kula.secagg.Message.SharesDelivered;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.Survivors;
import dev.kula.secagg.Message.UnmaskRequest;
import dev.kula.secagg.ServerState.Aggregated;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Bad messages are refused and change nothing; a lying server learns nothing. */
final class HostileTest {
  private final Exchange exchange = Exchange.of(new Neighbourhoods.Complete(5), 7, 20, 8);
  private final Codec codec = new Codec(exchange.session);

  private static void refused(String reason, Executable action) {
    KulaException refusal = assertThrows(KulaException.class, action);
    assertEquals(KulaException.Blame.REMOTE, refusal.blame());
    assertTrue(refusal.toString().contains(reason), refusal.toString());
  }

  private Exchange.Stage<ShareKeys, CollectShares> sharing() {
    return exchange.toSharing(exchange.start(), Set.of());
  }

  private Exchange.Stage<MaskedInput, CollectMaskedInputs> masking() {
    return exchange.toMasking(sharing(), Set.of());
  }

  private Exchange.Stage<ConsistencyCheck, CollectEndorsements> checking() {
    return exchange.toChecking(masking(), Set.of(6));
  }

  private Exchange.Stage<Unmask, CollectReveals> unmasking() {
    return exchange.toUnmasking(checking(), Set.of());
  }

  @Test
  void everyBadAdvertisementIsRefusedAndTheGoodOneStillTaken() {
    byte[] good = exchange.device(0).advertise().message();
    CollectAdvertisements server = CollectAdvertisements.create(exchange.session);
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      refused("cut off", () -> server.receive(cut));
    }
    refused("after its end", () -> server.receive(Arrays.copyOf(good, good.length + 1)));
    refused("after its end", () -> server.receive(Arrays.copyOf(good, 1 << 20)));
    refused("version", () -> server.receive(flipped(good, 0)));
    refused("kind of a message", () -> server.receive(flipped(good, 1)));
    refused("session", () -> server.receive(flipped(good, 2)));
    refused("sender is", () -> server.receive(flipped(good, Codec.HEADER_BYTES - 4)));
    for (int at = Codec.HEADER_BYTES - 1; at < good.length; at++) {
      byte[] changed = flipped(good, at);
      refused("signature", () -> server.receive(changed));
    }
    server.receive(good);
    refused("once", () -> server.receive(good));
    refused("neighbours that can go on", server::close);
    for (int i = 1; i < 7; i++) {
      server.receive(exchange.device(i).advertise().message());
    }
    assertNotNull(server.close());
    refused("late", () -> server.receive(good));
    refused("late", server::close);
  }

  /** They would stop all its neighbours: found by fuzzing. */
  @Test
  void keysThatNobodyElseCouldUseAreRefused() {
    byte[] good = exchange.device(1).advertise().message();
    CollectAdvertisements server = CollectAdvertisements.create(exchange.session);
    server.receive(good);
    byte[] others = Arrays.copyOfRange(good, Codec.HEADER_BYTES, Codec.HEADER_BYTES + 32);
    byte[] own = Curve.publicKey(Curve.draw(new SeededSecureRandom(2)));
    refused("small order", () -> server.receive(advertisement(new byte[32], own)));
    refused("small order", () -> server.receive(advertisement(own, new byte[32])));
    refused("come before", () -> server.receive(advertisement(others, own)));
    refused("come before", () -> server.receive(advertisement(own, others)));
    refused("come before", () -> server.receive(advertisement(own, own)));
    server.receive(exchange.device(0).advertise().message());
  }

  private byte[] advertisement(byte[] sealing, byte[] mask) {
    return codec.sign(new Advertisement(0, sealing, mask), exchange.identities.get(0));
  }

  /** From another session of the same devices, and from an earlier phase. */
  @Test
  void replaysAreRefused() {
    Session other =
        Exchange.session(
            99,
            exchange.identities,
            20,
            exchange.session.modulus(),
            exchange.session.neighbourhoods());
    CollectAdvertisements server = CollectAdvertisements.create(other);
    refused("session", () -> server.receive(exchange.device(0).advertise().message()));
    CollectShares next = sharing().server();
    refused("kind", () -> next.receive(exchange.device(0).advertise().message()));
  }

  @Test
  void aVectorFromWhoDidNotShareIsRefused() {
    Exchange.Stage<MaskedInput, CollectMaskedInputs> all = masking();
    byte[] late = all.device(6).receive(all.mail(6), exchange.vectors[6]).message();
    Exchange.Stage<MaskedInput, CollectMaskedInputs> without =
        exchange.toMasking(sharing(), Set.of(6));
    refused("answered in the phase before", () -> without.server().receive(late));
  }

  @Test
  void lengthsThatLieAreRefused() {
    Exchange.Stage<ShareKeys, CollectShares> stage = sharing();
    byte[] roster = stage.mail(0);
    for (int value : new int[] {-1, 8, Integer.MAX_VALUE}) {
      byte[] changed = roster.clone();
      ByteBuffer.wrap(changed).putInt(Codec.HEADER_BYTES, value);
      refused("length of a list", () -> stage.device(0).receive(changed));
    }
    refused("recipient", () -> stage.device(0).receive(stage.mail(1)));
    assertNotNull(stage.device(0).receive(roster)); // the state is as it was
    assertThrows(IllegalStateException.class, () -> stage.device(0).receive(roster));
  }

  @Test
  void aDeviceTwiceInAListIsRefused() {
    Exchange.Stage<ShareKeys, CollectShares> stage = sharing();
    Roster roster = codec.fromServer(stage.mail(0), Roster.class, 0);
    List<Signed<Advertisement>> twice = new ArrayList<>(roster.neighbours());
    twice.add(1, twice.get(0));
    refused("must ascend", () -> stage.device(0).receive(codec.encode(new Roster(0, twice))));
  }

  @Test
  void aSwappedKeyIsFound() {
    Exchange.Stage<ShareKeys, CollectShares> stage = sharing();
    Roster roster = codec.fromServer(stage.mail(0), Roster.class, 0);
    Signed<Advertisement> first = roster.neighbours().getFirst();
    byte[] servers = Curve.publicKey(Curve.draw(new SeededSecureRandom(1)));
    List<Signed<Advertisement>> swapped = new ArrayList<>(roster.neighbours());
    swapped.set(
        0,
        new Signed<>(
            new Advertisement(first.message().sender(), servers, first.message().maskKey()),
            first.signature()));
    refused("signature", () -> stage.device(0).receive(codec.encode(new Roster(0, swapped))));
  }

  @Test
  void tooFewNeighboursAreRefused() {
    Exchange.Stage<ShareKeys, CollectShares> stage = sharing();
    Roster roster = codec.fromServer(stage.mail(0), Roster.class, 0);
    Roster few = new Roster(0, roster.neighbours().subList(0, 4));
    refused("threshold", () -> stage.device(0).receive(codec.encode(few)));
  }

  /** One bad share costs nothing: it is not used, and the sum is exact. */
  @Test
  void aTamperedShareIsLeftAside() {
    Exchange.Stage<MaskedInput, CollectMaskedInputs> stage = masking();
    SharesDelivered mail = codec.fromServer(stage.mail(0), SharesDelivered.class, 0);
    List<SealedShares> shares = new ArrayList<>(mail.shares());
    SealedShares first = shares.getFirst();
    shares.set(0, new SealedShares(first.peer(), flipped(first.sealed(), 3)));
    stage = new Exchange.Stage<>(stage.devices(), new TreeMap<>(stage.mail()), stage.server());
    stage.mail().put(0, codec.encode(new SharesDelivered(0, shares)));
    Aggregated sum =
        exchange.finish(
            exchange.toUnmasking(exchange.toChecking(stage, Set.of()), Set.of()), Set.of());
    assertArrayEquals(exchange.sum(sum.contributors()), sum.sum());
  }

  @Test
  void survivorsMustBePlausible() {
    Exchange.Stage<ConsistencyCheck, CollectEndorsements> stage = checking();
    refused("without device 0", () -> told(stage, 1, 2, 3, 4, 5, 6));
    refused("must be at least", () -> told(stage, 0, 1, 2, 3, 4));
    assertNotNull(stage.device(0).receive(stage.mail(0)));
    // Two answers to one question are what a lying server wants.
    assertThrows(IllegalStateException.class, () -> stage.device(0).receive(stage.mail(0)));
  }

  private void told(Exchange.Stage<ConsistencyCheck, ?> stage, Integer... survivors) {
    Members members = Members.of(7, List.of(survivors));
    stage.device(0).receive(codec.encode(new Survivors(0, members)));
  }

  /** Device 5 is told that 6 survived, the others that it did not. */
  @Test
  void twoStoriesAboutSurvivorsAreFound() {
    Exchange.Stage<ConsistencyCheck, CollectEndorsements> stage = checking();
    Members all = Members.of(7, List.of(0, 1, 2, 3, 4, 5, 6));
    byte[] other = stage.device(5).receive(codec.encode(new Survivors(5, all))).message();
    refused("other survivors", () -> stage.server().receive(other));
    Exchange.Stage<Unmask, CollectReveals> next = exchange.toUnmasking(checking(), Set.of());
    UnmaskRequest honest = codec.fromServer(next.mail(0), UnmaskRequest.class, 0);
    List<Signed<Message.Endorsement>> mixed = new ArrayList<>(honest.endorsements());
    mixed.set(mixed.size() - 1, codec.fromDevice(other, Message.Endorsement.class));
    refused("two stories", () -> asked(next, honest.survivors(), honest.dropped(), mixed));
    refused(
        "endorsing",
        () ->
            asked(next, honest.survivors(), honest.dropped(), honest.endorsements().subList(0, 4)));
    assertNotNull(next.device(0).receive(next.mail(0)));
  }

  @Test
  void unmaskRequestsThatWouldGiveTooMuchAwayAreRefused() {
    Exchange.Stage<Unmask, CollectReveals> stage = unmasking();
    UnmaskRequest honest = codec.fromServer(stage.mail(0), UnmaskRequest.class, 0);
    List<Signed<Message.Endorsement>> signed = honest.endorsements();
    Members both = Members.of(7, List.of(5, 6));
    refused("overlap", () -> asked(stage, honest.survivors(), both, signed));
    Members few = Members.of(7, List.of(0, 1, 2, 3, 4));
    refused("must be at least", () -> asked(stage, few, honest.dropped(), signed));
    Members other = Members.of(7, List.of(0, 1, 2, 3, 4, 6));
    refused("those endorsed", () -> asked(stage, other, Members.of(7, List.of(5)), signed));
    refused(
        "not dropped", () -> asked(stage, honest.survivors(), Members.of(7, List.of()), signed));
    Message.Reveal reveal =
        codec
            .fromDevice(stage.device(0).receive(stage.mail(0)).message(), Message.Reveal.class)
            .message();
    assertEquals(6, reveal.shares().size());
    assertEquals(6, reveal.shares().stream().map(one -> one.owner()).distinct().count());
    assertThrows(IllegalStateException.class, () -> stage.device(0).receive(stage.mail(0)));
  }

  private void asked(
      Exchange.Stage<Unmask, ?> stage,
      Members survivors,
      Members dropped,
      List<Signed<Message.Endorsement>> endorsements) {
    stage.device(0).receive(codec.encode(new UnmaskRequest(0, survivors, dropped, endorsements)));
  }

  /** The same vector of zeros from everybody: each residue as often as any other. */
  @Test
  void maskedVectorsLookUniform() {
    Exchange model = Exchange.of(new Neighbourhoods.Complete(3), 4, 1, 21);
    int length = 200_000;
    Session session =
        Exchange.session(
            5, model.identities, length, new Modulus(8), new Neighbourhoods.Complete(3));
    Exchange zeros = model.in(session, new int[4][length]);
    zeros.run(List.of());
    double bound = ChiSquaredDistribution.of(255).inverseSurvivalProbability(1e-7);
    for (byte[] message : zeros.sent.get(2).values()) {
      long[] counts = new long[256];
      for (int i = 0; i < length; i++) {
        counts[message[Codec.HEADER_BYTES + i] & 0xff]++;
      }
      double mean = length / 256.0;
      double statistic =
          Arrays.stream(counts).mapToDouble(c -> (c - mean) * (c - mean) / mean).sum();
      assertTrue(statistic < bound, "chi square is " + statistic + ", must be below " + bound);
    }
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at] ^= 1;
    return changed;
  }
}
