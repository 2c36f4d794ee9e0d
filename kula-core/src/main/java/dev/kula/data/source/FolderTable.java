package dev.kula.data.source;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The tables of devices, one after another in the order of their names. One is open at a time. */
final class FolderTable implements Table {
  private static final List<String> ENDINGS = List.of(".csv", ".csv.gz", ".parquet");

  private final Path directory;
  private final Iterator<Map.Entry<String, Path>> files;
  private final List<String> columns;
  private String device;
  private Table table;

  /** Where the open table has each column of the folder's; the device's is not among them. */
  private int[] places;

  /** Whether the open table had a row so far. */
  private boolean hasRows;

  private FolderTable(Path directory, Map<String, Path> files) {
    this.directory = directory;
    this.files = files.entrySet().iterator();
    Map.Entry<String, Path> first = this.files.next();
    device = first.getKey();
    table = open(first.getValue(), directory);
    List<String> names = new ArrayList<>(table.columns());
    places = new int[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    names.add(ReadOptions.DEVICE);
    columns = List.copyOf(names);
  }

  /** Opens a folder that has a table at least. */
  static FolderTable open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw KulaException.user(
          "data folder '%s' %s; name a directory with a file for each device"
              .formatted(
                  directory, Files.exists(directory) ? "is not a directory" : "does not exist"));
    }
    Map<String, Path> files = new TreeMap<>();
    for (Path file : list(directory)) {
      String name = file.getFileName().toString();
      if (name.startsWith(".")) {
        continue; // hidden, such as what a system or an editor keeps
      }
      for (String ending : ENDINGS) {
        if (name.toLowerCase(Locale.ROOT).endsWith(ending) && Files.isRegularFile(file)) {
          add(name.substring(0, name.length() - ending.length()).strip(), file, files);
        }
      }
    }
    if (files.isEmpty()) {
      throw KulaException.user(
          "'%s' has no file that ends in %s, must have one for each device; add some"
              .formatted(directory, String.join(", ", ENDINGS)));
    }
    return new FolderTable(directory, files);
  }

  private static void add(String device, Path file, Map<String, Path> files) {
    if (device.isEmpty()) {
      throw KulaException.user(
          "'%s' has no name before its ending, must have the device's; rename it".formatted(file));
    }
    Path other = files.put(device, file);
    if (other != null) {
      throw KulaException.user(
          "'%s' and '%s' are both of device '%s', there must be one file for each; remove or rename one"
              .formatted(other, file.getFileName(), device));
    }
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    } catch (IOException e) {
      throw KulaException.user(
          "'%s' cannot be listed (%s); check the directory".formatted(directory, e), e);
    }
  }

  private static Table open(Path file, Path directory) {
    Table table =
        file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".parquet")
            ? QueryEngine.find("folder:" + directory).parquet(literally(file))
            : CsvTable.open(file);
    if (table.columns().contains(ReadOptions.DEVICE)) {
      table.close();
      throw KulaException.user(
          "%s has a column '%s', which its name says already; remove or rename the column"
              .formatted(table.name(), ReadOptions.DEVICE));
    }
    return table;
  }

  /** A pattern that only this file matches. */
  static String literally(Path file) {
    return file.toString().replaceAll("[\\[*?]", "[$0]");
  }

  @Override
  public String name() {
    return "'%s'".formatted(directory);
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public boolean next() {
    while (!table.next()) {
      if (!hasRows) {
        throw KulaException.user(
            "%s has columns but no rows, must have some; add some or remove the file"
                .formatted(table.name()));
      }
      if (!files.hasNext()) {
        return false;
      }
      table.close();
      Map.Entry<String, Path> file = files.next();
      device = file.getKey();
      table = open(file.getValue(), directory);
      places = match();
      hasRows = false;
    }
    hasRows = true;
    return true;
  }

  private int[] match() {
    List<String> names = table.columns();
    Set<String> expected = new HashSet<>(columns);
    expected.remove(ReadOptions.DEVICE);
    if (!expected.equals(new HashSet<>(names))) {
      throw KulaException.user(
          "%s has columns %s, must have those of the first file in '%s', %s; add or remove some"
              .formatted(
                  table.name(),
                  TableHeader.shortened(names),
                  directory,
                  TableHeader.shortened(columns.subList(0, columns.size() - 1))));
    }
    int[] found = new int[names.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = names.indexOf(columns.get(i));
    }
    return found;
  }

  @Override
  public String place() {
    return table.place();
  }

  @Override
  public String text(int column) {
    return column == places.length ? device : table.text(places[column]);
  }

  @Override
  public OptionalDouble number(int column) {
    return column == places.length ? Table.super.number(column) : table.number(places[column]);
  }

  @Override
  public void close() {
    table.close();
  }
}
