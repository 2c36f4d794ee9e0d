package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Samples leave a store under a lease or not at all. */
final class SampleStoreTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofHours(1));
  private static final DeviceId ALICE = new DeviceId("alice");
  private static final DeviceId BOB = new DeviceId("bob");
  private static final DeviceId EVE = new DeviceId("eve");
  private static final DeviceKeys KEYS = DeviceKeys.simulated(new Seed(1));
  private static final DeviceKeys OTHER_KEYS = DeviceKeys.simulated(new Seed(2));
  private static final Dataset DATA = ToyClusters.of(0, 1, 2, 3, 0, 1, 2, 3);
  private static final int[] PICKED = {1, 3};

  private final SampleStore store = store(KEYS);

  /** The last order that a lease was granted for. */
  private long order = 100;

  private static SampleStore store(DeviceKeys keys) {
    int[] rows = {2, 3, 4, 5, 6};
    return new SampleStore(ALICE, keys, "6 floats", DATA.features(), DATA.targets(), rows);
  }

  private DataPointer publish() {
    return store.publish(PICKED, 2, List.of(), Exchange.RAW, "swap");
  }

  private Lease grant(int uses) {
    return store.grant(publish(), ++order, BOB, LATER, uses);
  }

  private void refused(String reason, Lease lease, DeviceId presenter, Instant now) {
    LeaseRefusedException refusal =
        assertThrows(LeaseRefusedException.class, () -> store.fetch(lease, presenter, now));
    assertTrue(refusal.reason().contains(reason), refusal.reason());
  }

  private Lease visitLease(int uses) {
    DataPointer pointer = store.publish(PICKED, 2, List.of(), Exchange.VISIT, "swap");
    return store.grant(pointer, ++order, BOB, LATER, uses);
  }

  @Test
  void aLeaseOpensExactlyTheSamplesItIsFor() throws LeaseRefusedException {
    SampleBatch batch = store.fetch(grant(1), BOB, NOW);
    SampleSet visit = store.visit(visitLease(1), BOB, NOW);
    assertEquals(2, batch.size());
    assertEquals(2, visit.size());
    float[] row = new float[ToyClusters.FEATURES];
    float[] expected = new float[ToyClusters.FEATURES];
    for (int i = 0; i < PICKED.length; i++) {
      int datasetRow = PICKED[i] + 2;
      DATA.features().copyRow(datasetRow, expected, 0);
      batch.features().copyRow(i, row, 0);
      assertArrayEquals(expected, row);
      assertEquals(DATA.targets()[datasetRow], batch.targets()[i]);
      visit.copyFeatures(i, row, 0);
      assertArrayEquals(expected, row);
      assertEquals(DATA.targets()[datasetRow], visit.target(i));
    }
  }

  @Test
  void aLeaseIsForOneExchangeOnly() throws LeaseRefusedException {
    Lease visits = visitLease(1);
    refused("is for visits, not for raw copies", visits, BOB, NOW);
    Lease copies = grant(1);
    LeaseRefusedException refusal =
        assertThrows(LeaseRefusedException.class, () -> store.visit(copies, BOB, NOW));
    assertTrue(refusal.reason().contains("is for raw copies, not for visits"));
    assertEquals(2, store.visit(visits, BOB, NOW).size(), "neither has been used");
    assertEquals(2, store.fetch(copies, BOB, NOW).size());
  }

  /** Whoever knows the content, but not the key, does not know the name. */
  @Test
  void theNameOfABlockDependsOnContentAndKey() {
    BlockId name = publish().block();
    assertEquals(name, store.publish(PICKED, 9, List.of(1), Exchange.VISIT, "other").block());
    assertEquals(name, store(KEYS).publish(PICKED, 2, List.of(), Exchange.RAW, "swap").block());
    BlockId keyed = store(OTHER_KEYS).publish(PICKED, 2, List.of(), Exchange.RAW, "swap").block();
    assertNotEquals(name, keyed);
    int[] others = {1, 2};
    assertNotEquals(name, store.publish(others, 2, List.of(), Exchange.RAW, "swap").block());
    assertNotEquals(
        DeviceKeys.create().name(new SampleBatch(DATA.features(), DATA.targets())),
        DeviceKeys.create().name(new SampleBatch(DATA.features(), DATA.targets())));
  }

  /** Two pointers to different samples under the same request differ in name and signature only. */
  @Test
  void aPointerSaysNothingOfTheSamplesItPointsTo() {
    DataPointer one = publish();
    int[] others = {0, 4};
    DataPointer other = store.publish(others, 2, List.of(), Exchange.RAW, "swap");
    assertEquals(one.size(), other.size());
    assertEquals(one.labels(), other.labels());
    assertEquals(one.schema(), other.schema());
    assertEquals(one.bytes(), other.bytes());
  }

  @Test
  void aPointersSignatureCoversEveryField() {
    DataPointer p = store.publish(PICKED, 2, List.of(1, 2), Exchange.RAW, "swap");
    assertTrue(p.isSignedBy(KEYS.verifying()));
    assertFalse(p.isSignedBy(OTHER_KEYS.verifying()));
    BlockId block = new BlockId("0".repeat(64));
    byte[] signed = p.signature();
    List<DataPointer> tampered =
        List.of(
            new DataPointer(
                block,
                p.source(),
                p.schema(),
                p.size(),
                p.labels(),
                p.exchange(),
                p.purpose(),
                signed),
            new DataPointer(
                p.block(),
                EVE,
                p.schema(),
                p.size(),
                p.labels(),
                p.exchange(),
                p.purpose(),
                signed),
            new DataPointer(
                p.block(),
                p.source(),
                "images",
                p.size(),
                p.labels(),
                p.exchange(),
                p.purpose(),
                signed),
            new DataPointer(
                p.block(),
                p.source(),
                p.schema(),
                3,
                p.labels(),
                p.exchange(),
                p.purpose(),
                signed),
            new DataPointer(
                p.block(),
                p.source(),
                p.schema(),
                p.size(),
                List.of(1),
                p.exchange(),
                p.purpose(),
                signed),
            new DataPointer(
                p.block(),
                p.source(),
                p.schema(),
                p.size(),
                p.labels(),
                Exchange.VISIT,
                p.purpose(),
                signed),
            new DataPointer(
                p.block(),
                p.source(),
                p.schema(),
                p.size(),
                p.labels(),
                p.exchange(),
                "base",
                signed),
            new DataPointer(
                p.block(),
                p.source(),
                p.schema(),
                p.size(),
                p.labels(),
                p.exchange(),
                p.purpose(),
                flipped(signed)),
            new DataPointer(
                p.block(),
                p.source(),
                p.schema(),
                p.size(),
                p.labels(),
                p.exchange(),
                p.purpose(),
                new byte[3]));
    for (DataPointer pointer : tampered) {
      assertFalse(pointer.isSignedBy(KEYS.verifying()), pointer.toString());
    }
  }

  /** Two fields must not run together into what another pair of fields would sign. */
  @Test
  void aSignatureCannotBeMovedFromOneFieldToTheNext() {
    DataPointer p =
        DataPointer.signed(
            KEYS,
            new BlockId("0".repeat(64)),
            ALICE,
            "a\n7\n[]\nRAW\nb",
            1,
            List.of(),
            Exchange.RAW,
            "swap");
    DataPointer moved =
        new DataPointer(
            p.block(),
            ALICE,
            "a",
            7,
            List.of(),
            Exchange.RAW,
            "b\n1\n[]\nRAW\nswap",
            p.signature());
    assertTrue(p.isSignedBy(KEYS.verifying()));
    assertFalse(moved.isSignedBy(KEYS.verifying()));
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[10] ^= 1;
    return copy;
  }

  @Test
  void tamperedAndForgedLeasesOpenNothing() {
    Lease real = grant(1);
    BlockId other = store.publish(new int[] {0}, 1, List.of(), Exchange.RAW, "swap").block();
    Lease second = grant(1);
    String reason = "was not granted by alice";
    byte[] signed = real.signature();
    refused(reason, with(real, real.number() + 50, real.block(), LATER, 1, signed), BOB, NOW);
    refused(reason, with(real, second.number(), real.block(), LATER, 1, signed), BOB, NOW);
    refused(reason, with(real, real.number(), other, LATER, 1, signed), BOB, NOW);
    Instant longer = LATER.plusSeconds(1);
    refused(reason, with(real, real.number(), real.block(), longer, 1, signed), BOB, NOW);
    refused(reason, with(real, real.number(), real.block(), LATER, 9, signed), BOB, NOW);
    refused(reason, with(real, real.number(), real.block(), LATER, 1, flipped(signed)), BOB, NOW);
    refused(reason, with(real, real.number(), real.block(), LATER, 1, new byte[0]), BOB, NOW);
    BlockId block = real.block();
    refused(reason, new Lease(1, block, EVE, BOB, LATER, 1, Exchange.RAW, signed), BOB, NOW);
    refused(reason, new Lease(1, block, ALICE, EVE, LATER, 1, Exchange.RAW, signed), EVE, NOW);
    Lease visit = visitLease(1);
    refused(
        reason,
        new Lease(3, block, ALICE, BOB, LATER, 1, Exchange.RAW, visit.signature()),
        BOB,
        NOW);
    refused(
        reason,
        Lease.signed(OTHER_KEYS, real.number(), real.block(), ALICE, EVE, LATER, 1, Exchange.RAW),
        EVE,
        NOW);
    assertEquals(
        List.of(1, 1, 1),
        store.state().leases().values().stream().map(SampleStore.LeaseUse::left).toList());
  }

  private static Lease with(
      Lease lease, long number, BlockId block, Instant expires, int uses, byte[] signature) {
    return new Lease(
        number, block, lease.source(), lease.holder(), expires, uses, lease.exchange(), signature);
  }

  @Test
  void anothersLeaseOpensNothingAndStaysUnused() throws LeaseRefusedException {
    Lease lease = grant(1);
    refused("is bob's, not eve's", lease, EVE, NOW);
    assertEquals(2, store.fetch(lease, BOB, NOW).size());
  }

  @Test
  void aLeaseEnds() throws LeaseRefusedException {
    Lease lease = grant(1);
    refused("expired at", lease, BOB, LATER.plusNanos(1));
    assertEquals(2, store.fetch(lease, BOB, LATER).size());
  }

  @Test
  void aLeaseIsUsedUp() throws LeaseRefusedException {
    Lease lease = grant(2);
    store.fetch(lease, BOB, NOW);
    store.fetch(lease, BOB, NOW);
    refused("is used up after 2 uses", lease, BOB, NOW);
  }

  @Test
  void leasesThatHaveEndedAreForgottenAndStillRefusedAsEnded() throws LeaseRefusedException {
    Lease ended = grant(1);
    for (int i = 0; i < 100; i++) {
      store.grant(
          store.publish(new int[] {i % 3}, 1, List.of(), Exchange.RAW, "swap"),
          ++order,
          BOB,
          LATER,
          1);
    }
    Instant afterwards = LATER.plusSeconds(3600);
    Lease open = store.grant(publish(), ++order, BOB, afterwards, 1);

    store.forgetExpired(LATER.plusSeconds(1));

    assertEquals(1, store.state().leases().size());
    assertEquals(1, store.state().published().size());
    refused("expired at", ended, BOB, LATER.plusSeconds(1));
    assertEquals(2, store.fetch(open, BOB, afterwards).size());
  }

  @Test
  void pointingManyDevicesToTheSameSamplesCopiesThemOnce() throws LeaseRefusedException {
    Lease first = grant(1);
    Lease second = store.grant(publish(), ++order, EVE, LATER, 1);
    assertSame(store.fetch(first, BOB, NOW), store.fetch(second, EVE, NOW));
    assertSame(publish(), publish());
  }

  @Test
  void aRevokedLeaseOpensNothingMore() throws LeaseRefusedException {
    Lease lease = grant(3);
    long first = order;
    Lease other = grant(3);
    store.fetch(lease, BOB, NOW);
    store.revoke(first);
    store.revoke(999);
    refused("is revoked", lease, BOB, NOW);
    assertEquals(2, store.fetch(other, BOB, NOW).size());
  }

  @Test
  void grantsNothingThatWasNotPublished() {
    DataPointer foreign = store(OTHER_KEYS).publish(PICKED, 2, List.of(), Exchange.RAW, "swap");
    assertThrows(IllegalArgumentException.class, () -> store.grant(foreign, 1, BOB, LATER, 1));
    assertThrows(IllegalArgumentException.class, () -> store.grant(publish(), 1, BOB, LATER, 0));
  }

  @Test
  void keepsOnlyWhatIsSignedAndOfItsOwnShape() throws LeaseRefusedException {
    DataPointer pointer = publish();
    SampleBatch batch = store.fetch(store.grant(pointer, 1, BOB, LATER, 1), BOB, NOW);
    SampleStore bob =
        new SampleStore(
            BOB, OTHER_KEYS, "6 floats", DATA.features(), DATA.targets(), new int[] {0});
    assertFalse(bob.keep(pointer, batch, OTHER_KEYS.verifying()), "signed by somebody else");
    FeatureTable narrow = new FeatureTable.Floats(new float[4], 2);
    assertFalse(bob.keep(pointer, new SampleBatch(narrow, new float[2]), KEYS.verifying()));
    SampleBatch large = new SampleBatch(DATA.features(), DATA.targets());
    assertFalse(bob.keep(pointer, large, KEYS.verifying()), "more than was promised");
    assertTrue(bob.fetched(pointer.block()).isEmpty());

    assertTrue(bob.keep(pointer, batch, KEYS.verifying()));
    assertEquals(2, bob.fetched(pointer.block()).orElseThrow().size());
    bob.forget(pointer.block());
    assertTrue(bob.fetched(pointer.block()).isEmpty());
  }

  @Test
  void aRestoredStoreKnowsItsLeasesAndWhatItFetched() throws LeaseRefusedException {
    Lease half = grant(2);
    long first = order;
    store.fetch(half, BOB, NOW);
    Lease gone = grant(1);
    store.revoke(order);
    SampleStore source = store(OTHER_KEYS);
    DataPointer foreign = source.publish(PICKED, 2, List.of(), Exchange.RAW, "swap");
    SampleBatch batch = source.fetch(source.grant(foreign, 1, ALICE, LATER, 1), ALICE, NOW);
    assertTrue(store.keep(foreign, batch, OTHER_KEYS.verifying()));

    SampleStore.State state = store.state();
    Map<String, SampleBatch> blocks = store.fetchedBlocks();
    SampleStore restored = store(KEYS);
    restored.restore(state, blocks);
    store.revoke(first); // what the old one does later is not in the state

    assertEquals(2, restored.fetched(foreign.block()).orElseThrow().size());
    assertEquals(2, restored.fetch(half, BOB, NOW).size());
    assertThrows(LeaseRefusedException.class, () -> restored.fetch(half, BOB, NOW));
    assertThrows(LeaseRefusedException.class, () -> restored.fetch(gone, BOB, NOW));
    DataPointer pointer = restored.publish(PICKED, 2, List.of(), Exchange.RAW, "swap");
    assertEquals(3, restored.grant(pointer, 1, BOB, LATER, 1).number());
  }
}
