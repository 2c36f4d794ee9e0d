package dev.kula.store.table;

import dev.kula.KulaException;
import dev.kula.store.NewDirectory;
import dev.kula.store.RunReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes runs as tables. Stateless. */
public final class RunTables {
  private RunTables() {}

  /**
   * Writes a file for each {@link RunTable} into a new directory, which is there whole or not at
   * all. A run that has not ended is in those tables that its lines fill.
   *
   * @param runs directories of runs, in which order their rows stand
   * @param place a new directory
   * @throws KulaException USER if a run is none or is damaged, if the place is taken, or if the
   *     format needs what is not on the class path
   */
  public static void write(List<Path> runs, Path place, TableFormat format) {
    format.require();
    Map<String, RunReader> readers = new LinkedHashMap<>();
    for (Path run : runs) {
      if (readers.put(run.toString(), RunReader.of(run)) != null) {
        throw KulaException.user("run '%s' is named twice, must be once".formatted(run));
      }
    }
    NewDirectory.make(
        place,
        directory -> {
          for (RunTable table : RunTable.values()) {
            format.write(
                directory.resolve(table.title() + format.ending()),
                table.columns(),
                reader -> readers.forEach((name, run) -> table.rows(name, run, reader::accept)));
          }
        });
  }
}
