package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** JSON of LEAF, file by file and user by user; the samples of one user are in memory. */
final class LeafTable implements Table {
  private final Path path;
  private final Iterator<Path> files;
  private final List<String> columns;
  private LeafFile file;
  private LeafFile.User user;
  private int row = -1;

  private LeafTable(Path path, Iterator<Path> files, LeafFile first, LeafFile.User user) {
    this.path = path;
    this.files = files;
    this.file = first;
    this.user = user;
    List<String> names = new ArrayList<>();
    names.add(ReadOptions.DEVICE);
    for (int i = 0; i < user.width(); i++) {
      names.add("x[%d]".formatted(i));
    }
    names.add("label");
    columns = List.copyOf(names);
  }

  /** Opens a file, or a directory with one at least. */
  static LeafTable open(Path path) {
    Iterator<Path> files = files(path).iterator();
    LeafFile first = LeafFile.open(files.next());
    try {
      return new LeafTable(path, files, first, first.next().orElseThrow());
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    List<Path> files = list(path);
    if (files.isEmpty()) {
      files =
          Stream.of("train", "test").flatMap(part -> list(path.resolve(part)).stream()).toList();
    }
    if (files.isEmpty()) {
      throw KulaException.user(
          "'%s' has no JSON file, nor have train and test in it; name a file or directory of LEAF"
              .formatted(path));
    }
    return files;
  }

  /** Files of a directory, by name; none if it is not there. */
  private static List<Path> list(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(LeafTable::isJson).sorted().toList();
    } catch (IOException e) {
      throw KulaException.user(
          "'%s' cannot be listed (%s); check the directory".formatted(directory, e), e);
    }
  }

  private static boolean isJson(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return (name.endsWith(".json") || name.endsWith(".json.gz"))
        && !name.startsWith(".")
        && Files.isRegularFile(file);
  }

  @Override
  public String name() {
    return "'%s'".formatted(path);
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public boolean next() {
    if (row + 1 < user.rows()) {
      row++;
      return true;
    }
    Optional<LeafFile.User> following = file.next();
    while (following.isEmpty() && files.hasNext()) {
      file.close();
      file = LeafFile.open(files.next());
      following = file.next();
    }
    if (following.isEmpty()) {
      return false;
    }
    if (following.get().width() != user.width()) {
      throw KulaException.user(
          "%s has %d numbers in x, must have %d as the users before; correct it"
              .formatted(file.place(following.get(), 0), following.get().width(), user.width()));
    }
    user = following.get();
    row = 0;
    return true;
  }

  @Override
  public String place() {
    return file.place(user, row);
  }

  @Override
  public String text(int column) {
    if (column == 0) {
      return user.name().strip();
    }
    return column > user.width()
        ? user.labels().get(row).strip()
        : Decimal.text(user.value(row, column - 1));
  }

  @Override
  public OptionalDouble number(int column) {
    return column == 0 || column > user.width()
        ? Decimal.parse(text(column))
        : OptionalDouble.of(user.value(row, column - 1));
  }

  @Override
  public void close() {
    file.close();
  }
}
