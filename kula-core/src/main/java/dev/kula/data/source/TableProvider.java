package dev.kula.data.source;

import dev.kula.Extension;
import dev.kula.Extensions;
import java.util.Set;

/**
 * Opens tables of your own, which {@link DataSource#parse} then knows by their name. What it
 * creates is a table that has just been opened.
 */
public interface TableProvider extends Extension<Table> {
  /** Those that are there. */
  Extensions<Table> FOUND =
      new Extensions<>(
          "data",
          TableProvider.class,
          Set.of("fashion-mnist", "idx", "csv", "folder", "leaf", "parquet", "sql"));
}
