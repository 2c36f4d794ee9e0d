package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns of a CSV file and what each is for.
 *
 * @param names of all columns
 * @param device number of the device column, or −1
 * @param time number of the time column, or −1
 * @param label number of the label column
 * @param features numbers of the other columns, at least one
 */
record CsvHeader(List<String> names, int device, int time, int label, List<Integer> features) {
  /** Reads the header of a table of which all columns without another use are features. */
  static CsvHeader of(Path file, List<String> fields, ReadOptions options) {
    List<String> names = names(file, fields);
    int device = find(file, names, options.deviceColumn(), "device", ReadOptions.DEVICE);
    int time = find(file, names, options.timeColumn(), "time", ReadOptions.TIME);
    int label = find(file, names, options.labelColumn(), "label", "");
    List<Integer> features = new ArrayList<>();
    for (int column = 0; column < names.size(); column++) {
      if (column != device && column != time && column != label) {
        features.add(column);
      }
    }
    if (features.isEmpty()) {
      throw KulaException.user(
          "'%s' has columns %s only, there must be a numeric feature beside them; add one"
              .formatted(file, names));
    }
    return new CsvHeader(names, device, time, label, List.copyOf(features));
  }

  /** Reads the header of a table that must have the columns of a schema; others are let lie. */
  static CsvHeader of(Path file, List<String> fields, DataSchema schema) {
    List<String> names = names(file, fields);
    return new CsvHeader(
        names,
        -1,
        schema.time().map(time -> find(file, names, time)).orElse(-1),
        find(file, names, schema.label()),
        schema.features().stream().map(feature -> find(file, names, feature)).toList());
  }

  private static int find(Path file, List<String> names, String name) {
    int column = names.indexOf(name);
    if (column < 0) {
      throw KulaException.user(
          "column '%s' of the fleet's schema is not in '%s', whose columns are %s; add it"
              .formatted(name, file, shortened(names)));
    }
    return column;
  }

  /** All names, the first of which may carry a byte order mark. */
  private static List<String> names(Path file, List<String> fields) {
    if (fields.size() == 1 && fields.getFirst().matches(".*[;\t|].*")) {
      throw KulaException.user(
          "'%s' line 1 is one column, '%s', values must stand between commas; convert the file"
              .formatted(file, fields.getFirst().strip()));
    }
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String field : fields) {
      String name = field.strip();
      if (names.isEmpty() && name.startsWith("\uFEFF")) {
        name = name.substring(1).strip();
      }
      if (name.isEmpty()) {
        throw KulaException.user(
            "'%s' line 1, column %d has no name, every column must have one; add it to the header"
                .formatted(file, names.size() + 1));
      }
      if (!seen.add(name)) {
        throw KulaException.user(
            "'%s' line 1, column '%s' stands there twice, names must differ; rename or remove one"
                .formatted(file, name));
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  /** Finds a column; −1 if it is absent and bears the name {@code optional}. */
  private static int find(
      Path file, List<String> names, String name, String role, String optional) {
    int column = names.indexOf(name);
    if (column < 0 && !name.equals(optional)) {
      throw KulaException.user(
          "%s column '%s' is not in '%s', whose columns are %s; name one of them with --%s-column"
              .formatted(role, name, file, shortened(names), role));
    }
    return column;
  }

  private static String shortened(List<String> names) {
    int shown = Math.min(names.size(), 12);
    String more = names.size() > shown ? " and %d more".formatted(names.size() - shown) : "";
    return String.join(", ", names.subList(0, shown)) + more;
  }
}
