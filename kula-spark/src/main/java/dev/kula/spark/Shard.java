package dev.kula.spark;

import java.io.Serializable;
import java.util.List;

/**
 * Some of the devices, and what came of the last step with them. Nobody changes it.
 *
 * @param cells in the order of their names
 * @param said what devices said, in the order of their names
 * @param folded what cohorts made; empty if nobody has trained
 */
record Shard(List<Cell> cells, List<Said> said, Folds folded) implements Serializable {
  Shard {
    cells = List.copyOf(cells);
    said = List.copyOf(said);
  }

  /** Before any step. */
  static Shard of(List<Cell> cells) {
    return new Shard(cells, List.of(), Folds.NONE);
  }
}
