package dev.kula.app;

import dev.kula.store.database.RunDatabase;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which database runs are copied to, beside their files. */
final class StoreOptions {
  @Option(
      names = "--store",
      paramLabel = "STORE",
      defaultValue = "${env:KULA_STORE}",
      description =
          "Database that has a copy of what runs tell, to be asked in SQL: a file, for SQLite, or"
              + " postgresql://USER@HOST/NAME, with the password in ~/.pgpass.")
  private @Nullable String store;

  /** Opened, so that one that cannot be used is known of before anything begins. */
  Optional<RunDatabase> open() {
    return Optional.ofNullable(store).filter(text -> !text.isEmpty()).map(RunDatabase::open);
  }
}
