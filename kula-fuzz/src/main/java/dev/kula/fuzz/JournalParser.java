package dev.kula.fuzz;

import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.store.SqliteReleaseJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file of a release journal. One that opens must open again and tell the same history. SQLite's
 * own code is native and not instrumented.
 *
 * <p>A journal takes three pages at the least, more than a fuzzer changes in a useful way. So where
 * the input begins with {@code sql:}, the rest are statements that make the file, one a line, and
 * where they fail, that is no finding.
 */
final class JournalParser implements Parser {
  private static final RenyiFilter FILTER = new RenyiFilter(8, 1e-5, 12);

  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path file = folder.resolve("releases.db");
    for (String left : List.of("", "-wal", "-shm", "-journal")) {
      Files.deleteIfExists(folder.resolve("releases.db" + left));
    }
    if (!SqlFile.make(input, file)) {
      Files.write(file, input);
    }
    ReleaseJournal.History first;
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, "run", FILTER)) {
      first = journal.history();
    }
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, "run", FILTER)) {
      if (!journal.history().equals(first)) {
        throw new AssertionError("opened again, it tells another history");
      }
    }
  }
}
