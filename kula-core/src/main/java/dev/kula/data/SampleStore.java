package dev.kula.data;

import java.security.PublicKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The one place in which a device's samples are. Its owner reads them directly; anybody else gets
 * to them by a lease that this store granted, until it expires, is used up or is revoked. Samples
 * fetched from other devices are kept here too, under the name of their block.
 *
 * <p>Not thread safe: a device handles one message at a time.
 */
public final class SampleStore {
  private final DeviceId owner;
  private final DeviceKeys keys;
  private final String schema;
  private final SampleSet own;
  private final FeatureTable table;
  private final int[] rows;
  private final float[] targets;
  private final Map<BlockId, int[]> published = new TreeMap<>();
  private final Map<Long, LeaseUse> leases = new TreeMap<>();
  private final Map<BlockId, SampleBatch> fetched = new TreeMap<>();
  private final Map<BlockId, SampleBatch> copies = new HashMap<>();
  private long nextLease = 1;

  /**
   * How a lease has been used.
   *
   * @param left uses left
   * @param revoked whether its source took it back
   */
  public record LeaseUse(int left, boolean revoked) {}

  /**
   * All that has to survive a restart, beside the owner's own samples.
   *
   * @param published indices of own samples in each block pointed to
   * @param leases by number
   * @param fetched names of the blocks of other devices; {@link #fetchedBlocks()} has their content
   * @param nextLease number of the next lease
   */
  public record State(
      Map<String, int[]> published,
      Map<Long, LeaseUse> leases,
      List<String> fetched,
      long nextLease) {}

  /**
   * A store over some rows of a table.
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
    BlockId block = keys.name(copy(indices));
    published.put(block, indices.clone());
    return DataPointer.signed(keys, block, owner, schema, promised, labels, exchange, purpose);
  }

  /** Grants {@code holder} the use of a published block in the way that the pointer says. */
  public Lease grant(DataPointer pointer, DeviceId holder, Instant expires, int uses) {
    if (!published.containsKey(pointer.block())) {
      throw new IllegalArgumentException(
          "block %s is not published by %s".formatted(pointer.block(), owner));
    }
    long number = nextLease++;
    leases.put(number, new LeaseUse(uses, false));
    return Lease.signed(
        keys, number, pointer.block(), owner, holder, expires, uses, pointer.exchange());
  }

  /** Stops all future use of a lease. */
  public void revoke(long lease) {
    leases.computeIfPresent(lease, (number, use) -> new LeaseUse(use.left(), true));
  }

  /**
   * The samples a lease gives its holder a right to, as a view that stays in the source; takes one
   * use.
   *
   * @param presenter who presents it, as the fleet authenticated them
   * @throws LeaseRefusedException if it is forged, another's, for raw copies, expired, used up or
   *     revoked
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
    return copies.computeIfAbsent(lease.block(), block -> copy(indices));
  }

  private int[] use(Lease lease, DeviceId presenter, Instant now, Exchange exchange)
      throws LeaseRefusedException {
    LeaseUse use = leases.get(lease.number());
    int[] indices = published.get(lease.block());
    if (use == null || indices == null || !lease.isSignedBy(keys.verifying())) {
      throw new LeaseRefusedException(
          "lease %d was not granted by %s".formatted(lease.number(), owner));
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
    if (use.revoked()) {
      throw new LeaseRefusedException("lease %d is revoked".formatted(lease.number()));
    }
    if (now.isAfter(lease.expires())) {
      throw new LeaseRefusedException(
          "lease %d expired at %s, it is %s".formatted(lease.number(), lease.expires(), now));
    }
    if (use.left() == 0) {
      throw new LeaseRefusedException(
          "lease %d is used up after %d uses".formatted(lease.number(), lease.uses()));
    }
    leases.put(lease.number(), new LeaseUse(use.left() - 1, false));
    return indices;
  }

  private static String words(Exchange exchange) {
    return switch (exchange) {
      case VISIT -> "visits";
      case WHOLE_VISIT -> "visits of whole models";
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
    fetched.clear();
    copies.clear();
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
