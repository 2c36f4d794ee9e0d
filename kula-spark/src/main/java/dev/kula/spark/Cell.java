package dev.kula.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * A device as anybody can make it again, to the bit: what it was after a round, and what it was
 * told since.
 *
 * @param device its name
 * @param kept its state at that time, bytes of {@link Kept}; of no length if it is new
 * @param models what it had been sent by then; null if it is new
 * @param begun round that had begun by then; −1 for none, or where it is to meet it again
 * @param keptAt number of the last command before that
 * @param told since
 */
record Cell(
    String device,
    byte[] kept,
    @Nullable Broadcast<Models> models,
    int begun,
    long keptAt,
    List<Entry> told)
    implements Serializable {
  Cell {
    told = List.copyOf(told);
  }

  /** A device that nobody has told anything yet. */
  static Cell fresh(String device) {
    return new Cell(device, new byte[0], null, -1, 0, List.of());
  }

  /** Number of the last command to it. */
  long at() {
    return told.isEmpty() ? keptAt : told.getLast().command().number();
  }

  /** The same after one command more. */
  Cell with(Entry entry) {
    List<Entry> longer = new ArrayList<>(told);
    longer.add(entry);
    return new Cell(device, kept, models, begun, keptAt, longer);
  }
}
