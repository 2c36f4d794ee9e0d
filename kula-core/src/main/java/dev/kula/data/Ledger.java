package dev.kula.data;

import java.util.ArrayList;
import java.util.List;

/**
 * What a device trains on beyond its own samples: pointers, in the order in which they came in. Not
 * thread safe.
 */
public final class Ledger {
  private final List<DataPointer> pointers;

  /** An empty ledger. */
  public Ledger() {
    this(List.of());
  }

  /** A ledger as {@link #pointers()} once described it. */
  public Ledger(List<DataPointer> pointers) {
    this.pointers = new ArrayList<>(pointers);
  }

  /** Lets a pointer in; a block that is in already is not counted twice. */
  public void add(DataPointer pointer) {
    if (!contains(pointer.block())) {
      pointers.add(pointer);
    }
  }

  /** Takes out the pointer to this block, if it is in. */
  public void remove(BlockId block) {
    pointers.removeIf(pointer -> pointer.block().equals(block));
  }

  /** Whether a pointer to this block is in. */
  public boolean contains(BlockId block) {
    return pointers.stream().anyMatch(pointer -> pointer.block().equals(block));
  }

  /** The pointers, oldest first. */
  public List<DataPointer> pointers() {
    return List.copyOf(pointers);
  }
}
