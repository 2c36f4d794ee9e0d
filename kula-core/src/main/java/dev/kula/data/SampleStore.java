package dev.kula.data;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one place in which a device's samples are. Its owner reads them directly; anybody else gets
 * to them by a lease that this store granted, until it expires, is used up or is revoked. Samples
 * fetched from other devices are kept here too, under the name of their block.
 *
 * <p>Not thread safe: a device handles one message at a time.
 */
public final class SampleStore {
  private static final int FEWEST_FORGOTTEN = 64;

  /** Class sums open no sample by itself. */
  private static final int[] NO_INDICES = {};

  private final DeviceId owner;
  private final DeviceKeys keys;
  private final String schema;
  private SampleSet own;
  private final FeatureTable table;
  private final int[] rows;
  private final float[] targets;
  private final Map<BlockId, int[]> published = new TreeMap<>();
  private final Map<Long, LeaseUse> leases = new TreeMap<>();

  /** What this process granted: cheaper to compare with than to verify; not kept by a restart. */
  private final Map<Long, Lease> granted = new HashMap<>();

  private final Map<BlockId, SampleBatch> fetched = new TreeMap<>();
  // Many devices in a row may be pointed to the same samples, as those of a base set are: these are
  // then copied, named and signed for once.
  private @Nullable Named lastNamed;
  private @Nullable DataPointer lastPointer;
  private long nextLease = 1;
  private int forgetAt = FEWEST_FORGOTTEN;

  private record Named(int[] indices, SampleBatch copy, BlockId block) {}

  /**
   * How a lease has been used.
   *
   * @param order number of the swap order that it was granted for
   * @param left uses left, at least 1
   * @param revoked whether its source took it back
   * @param block name of the block that it is for
   * @param expiresMillis when it ends, in milliseconds since the epoch, rounded up
   */
  public record LeaseUse(long order, int left, boolean revoked, String block, long expiresMillis) {
    private LeaseUse revoke() {
      return new LeaseUse(order, left, true, block, expiresMillis);
    }

    private LeaseUse use() {
      return new LeaseUse(order, left - 1, revoked, block, expiresMillis);
    }
  }

  /**
   * All that has to survive a restart, beside the owner's own samples.
   *
   * @param published indices of own samples in each block pointed to; none for class sums
   * @param leases by number, those that have uses left
   * @param fetched names of the blocks of other devices; {@link #fetchedBlocks()} has their content
   * @param nextLease number of the next lease
   */
  public record State(
      Map<String, int[]> published,
      Map<Long, LeaseUse> leases,
      List<String> fetched,
      long nextLease) {}

  /**
   * A store over some rows of a table, all of them held.
   *
   * @param targets indexed by row of the table, like {@code rows}
   */
  public SampleStore(
      DeviceId owner,
      DeviceKeys keys,
      String schema,
      FeatureTable table,
      float[] targets,
      int[] rows) {
    this.owner = owner;
    this.keys = keys;
    this.schema = schema;
    this.table = table;
    this.targets = targets;
    this.rows = rows.clone();
    this.own = SampleSet.of(table, targets, rows);
  }

  /**
   * Says how many of the rows the owner has by now. Positions of those it had stay as they are.
   *
   * @param count the first ones, from 1 to all
   */
  public void hold(int count) {
    this.own = SampleSet.of(table, targets, Arrays.copyOf(rows, count));
  }

  /** The owner's own samples, for the owner's own use. */
  public SampleSet own() {
    return own;
  }

  /** Bytes of one sample as a raw copy. */
  public long sampleBytes() {
    return (long) table.rowBytes() + Float.BYTES;
  }

  /**
   * A signed pointer to some own samples.
   *
   * @param indices positions in {@link #own()}
   */
  public DataPointer publish(
      int[] indices, int promised, List<Integer> labels, Exchange exchange, String purpose) {
    Named named = named(indices);
    published.put(named.block(), named.indices());
    return pointer(named.block(), promised, labels, exchange, purpose);
  }

  /**
   * A signed pointer to the class sums of a round over all own samples. It depends on none of them:
   * there is one whether they fit the labels or not.
   */
  public DataPointer publishSums(int round, int promised, List<Integer> labels, String purpose) {
    BlockId block = keys.nameOfSums(round);
    published.put(block, NO_INDICES);
    return pointer(block, promised, labels, Exchange.SYNTHETIC, purpose);
  }

  private DataPointer pointer(
      BlockId block, int promised, List<Integer> labels, Exchange exchange, String purpose) {
    DataPointer known = lastPointer;
    if (known == null
        || !known.block().equals(block)
        || !known.promises(promised, labels, exchange, purpose)) {
      known = DataPointer.signed(keys, block, owner, schema, promised, labels, exchange, purpose);
      lastPointer = known;
    }
    return known;
  }

  private Named named(int[] indices) {
    Named known = lastNamed;
    if (known == null || !Arrays.equals(known.indices(), indices)) {
      SampleBatch copy = copy(indices);
      known = new Named(indices.clone(), copy, keys.name(copy));
      lastNamed = known;
    }
    return known;
  }

  /**
   * Grants {@code holder} the use of a published block in the way that the pointer says.
   *
   * @param order number of the swap order that it is for
   */
  public Lease grant(DataPointer pointer, long order, DeviceId holder, Instant expires, int uses) {
    if (!published.containsKey(pointer.block())) {
      throw new IllegalArgumentException(
          "block %s is not published by %s".formatted(pointer.block(), owner));
    }
    long number = nextLease++;
    leases.put(
        number,
        new LeaseUse(
            order, uses, false, pointer.block().hex(), Math.addExact(expires.toEpochMilli(), 1)));
    Lease lease =
        Lease.signed(
            keys, number, pointer.block(), owner, holder, expires, uses, pointer.exchange());
    granted.put(number, lease);
    return lease;
  }

  /** Stops all future use of what was leased for a swap order. */
  public void revoke(long order) {
    leases.replaceAll((number, use) -> use.order() == order ? use.revoke() : use);
  }

  /**
   * Forgets leases that have ended, and blocks that no other lease is for; what it then answers to
   * one is the same. Cheap to call often: it looks only when there are twice as many as were left.
   */
  public void forgetExpired(Instant now) {
    if (Math.max(leases.size(), published.size()) < forgetAt) {
      return;
    }
    leases.values().removeIf(use -> now.toEpochMilli() > use.expiresMillis());
    granted.keySet().retainAll(leases.keySet());
    Set<String> open = leases.values().stream().map(LeaseUse::block).collect(Collectors.toSet());
    published.keySet().removeIf(block -> !open.contains(block.hex()));
    forgetAt = Math.max(FEWEST_FORGOTTEN, 2 * Math.max(leases.size(), published.size()));
  }

  /**
   * The samples a lease gives its holder a right to, as a view that stays in the source; takes one
   * use.
   *
   * @param presenter who presents it, as the fleet authenticated them
   * @throws LeaseRefusedException if it is forged, another's, for another exchange, expired, used
   *     up or revoked
   */
  public SampleSet visit(Lease lease, DeviceId presenter, Instant now)
      throws LeaseRefusedException {
    Exchange wanted = lease.exchange().isVisit() ? lease.exchange() : Exchange.VISIT;
    return own.select(use(lease, presenter, now, wanted));
  }

  /**
   * A raw copy of the samples that a lease gives its holder a right to; takes one use.
   *
   * @throws LeaseRefusedException as {@link #visit}, or if it is for visits
   */
  public SampleBatch fetch(Lease lease, DeviceId presenter, Instant now)
      throws LeaseRefusedException {
    int[] indices = use(lease, presenter, now, Exchange.RAW);
    Named known = lastNamed;
    return known != null && known.block().equals(lease.block()) ? known.copy() : copy(indices);
  }

  /**
   * All own samples, to make the class sums of a round that a lease gives its holder a right to;
   * takes one use, also if the round is wrong.
   *
   * @throws LeaseRefusedException as {@link #visit}, or if it is for those of another round
   */
  public SampleSet sums(Lease lease, int round, DeviceId presenter, Instant now)
      throws LeaseRefusedException {
    use(lease, presenter, now, Exchange.SYNTHETIC);
    if (!lease.block().equals(keys.nameOfSums(round))) {
      throw new LeaseRefusedException(
          "lease %d is not for the class sums of round %d".formatted(lease.number(), round));
    }
    return own;
  }

  private int[] use(Lease lease, DeviceId presenter, Instant now, Exchange exchange)
      throws LeaseRefusedException {
    Lease own = granted.get(lease.number());
    if ((own == null || !own.isSame(lease)) && !lease.isSignedBy(keys.verifying())) {
      throw notGranted(lease);
    }
    if (!lease.holder().equals(presenter)) {
      throw new LeaseRefusedException(
          "lease %d is %s's, not %s's".formatted(lease.number(), lease.holder(), presenter));
    }
    if (lease.exchange() != exchange) {
      throw new LeaseRefusedException(
          "lease %d is for %s, not for %s"
              .formatted(lease.number(), words(lease.exchange()), words(exchange)));
    }
    if (now.isAfter(lease.expires())) {
      throw new LeaseRefusedException(
          "lease %d expired at %s, it is %s".formatted(lease.number(), lease.expires(), now));
    }
    LeaseUse use = leases.get(lease.number());
    int[] indices = published.get(lease.block());
    if (use == null || indices == null) {
      throw new LeaseRefusedException(
          "lease %d is used up after %d uses".formatted(lease.number(), lease.uses()));
    }
    if (use.revoked()) {
      throw new LeaseRefusedException("lease %d is revoked".formatted(lease.number()));
    }
    if (use.left() > 1) {
      leases.put(lease.number(), use.use());
    } else {
      leases.remove(lease.number());
      granted.remove(lease.number());
    }
    return indices;
  }

  private LeaseRefusedException notGranted(Lease lease) {
    return new LeaseRefusedException(
        "lease %d was not granted by %s".formatted(lease.number(), owner));
  }

  private static String words(Exchange exchange) {
    return switch (exchange) {
      case VISIT -> "visits";
      case WHOLE_VISIT -> "visits of whole models";
      case SYNTHETIC -> "class sums";
      case RAW -> "raw copies";
    };
  }

  /**
   * Keeps samples fetched from another device, if the pointer is signed by its source and made of
   * samples like the owner's.
   *
   * @return whether they were kept
   */
  public boolean keep(DataPointer pointer, SampleBatch batch, PublicKey source) {
    boolean fits =
        pointer.isSignedBy(source)
            && batch.features().columns() == table.columns()
            && batch.size() <= pointer.size();
    if (fits) {
      fetched.put(pointer.block(), batch);
    }
    return fits;
  }

  /** Samples fetched earlier, if they are here. */
  public Optional<SampleSet> fetched(BlockId block) {
    return Optional.ofNullable(fetched.get(block)).map(SampleSet::of);
  }

  /** Forgets fetched samples, as after a rejected swap. */
  public void forget(BlockId block) {
    fetched.remove(block);
  }

  /** What has to survive a restart. */
  public State state() {
    Map<String, int[]> blocks = new TreeMap<>();
    published.forEach((block, indices) -> blocks.put(block.hex(), indices));
    List<String> foreign = fetched.keySet().stream().map(BlockId::hex).toList();
    return new State(blocks, new TreeMap<>(leases), foreign, nextLease);
  }

  /** The fetched blocks by name; many stores may share the content of one. */
  public Map<String, SampleBatch> fetchedBlocks() {
    Map<String, SampleBatch> blocks = new TreeMap<>();
    fetched.forEach((block, batch) -> blocks.put(block.hex(), batch));
    return blocks;
  }

  /**
   * Puts back what {@link #state()} once gave.
   *
   * @param blocks content of the fetched blocks, and possibly of others
   */
  public void restore(State state, Map<String, SampleBatch> blocks) {
    published.clear();
    leases.clear();
    granted.clear();
    fetched.clear();
    lastNamed = null;
    lastPointer = null;
    forgetAt = FEWEST_FORGOTTEN;
    state.published().forEach((block, indices) -> published.put(new BlockId(block), indices));
    leases.putAll(state.leases());
    for (String block : state.fetched()) {
      fetched.put(new BlockId(block), Objects.requireNonNull(blocks.get(block), block));
    }
    nextLease = state.nextLease();
  }

  private SampleBatch copy(int[] indices) {
    int[] selected = new int[indices.length];
    float[] selectedTargets = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = rows[indices[i]];
      selectedTargets[i] = targets[selected[i]];
    }
    return new SampleBatch(table.select(selected), selectedTargets);
  }
}
