package dev.kula.device;

import dev.kula.data.BlockId;
import dev.kula.data.Ledger;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The two lists of what a device trains on beyond its own samples, and which swap orders brought
 * it, so that it can be taken back.
 *
 * @param shared for the update that the orchestrator folds into the global model
 * @param personal for the device's personal model
 * @param orders by number, each with the block in a ledger that came by it; none for the base set
 */
record Ledgers(Ledger shared, Ledger personal, Map<Long, BlockId> orders) {
  static Ledgers empty() {
    return new Ledgers(new Ledger(), new Ledger(), new TreeMap<>());
  }

  /** Notes that a block that is in a ledger came by this order. */
  void brought(long order, BlockId block) {
    orders.put(order, block);
  }

  /** Takes a block out of both. */
  void drop(BlockId block) {
    shared.remove(block);
    personal.remove(block);
    orders.values().removeIf(block::equals);
  }

  /**
   * Takes out what an order brought. What another brought as well stays: that one's lease holds.
   *
   * @return the block that is in no ledger any more; empty if there is none
   */
  Optional<BlockId> revoke(long order) {
    Optional<BlockId> block =
        Optional.ofNullable(orders.remove(order)).filter(gone -> !orders.containsValue(gone));
    block.ifPresent(this::drop);
    return block;
  }

  /** Names of the blocks that orders brought, to be {@linkplain #restore restored}. */
  Map<Long, String> names() {
    Map<Long, String> names = new TreeMap<>();
    orders.forEach((order, block) -> names.put(order, block.hex()));
    return names;
  }

  /** Puts back what {@link #names} once gave. */
  void restore(Map<Long, String> names) {
    orders.clear();
    names.forEach((order, block) -> orders.put(order, new BlockId(block)));
  }
}
