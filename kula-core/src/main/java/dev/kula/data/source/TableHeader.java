package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns of a table and what each is for.
 *
 * @param names of all columns
 * @param device number of the device column, or −1
 * @param time number of the time column, or −1
 * @param label number of the label column
 * @param features numbers of the other columns, at least one
 */
record TableHeader(List<String> names, int device, int time, int label, List<Integer> features) {
  /** Of a table of which all columns without another use are features. */
  static TableHeader of(Table table, ReadOptions options) {
    List<String> names = table.columns();
    int device = find(table, options.deviceColumn(), "device", ReadOptions.DEVICE);
    int time = find(table, options.timeColumn(), "time", ReadOptions.TIME);
    int label = find(table, options.labelColumn(), "label", "");
    List<Integer> features = new ArrayList<>();
    for (int column = 0; column < names.size(); column++) {
      if (column != device && column != time && column != label) {
        features.add(column);
      }
    }
    if (features.isEmpty()) {
      throw KulaException.user(
          "%s has columns %s only, there must be a numeric feature beside them; add one"
              .formatted(table.name(), names));
    }
    return new TableHeader(names, device, time, label, List.copyOf(features));
  }

  /** Of a table that must have the columns of a schema; others are let lie. */
  static TableHeader of(Table table, DataSchema schema) {
    return new TableHeader(
        table.columns(),
        -1,
        schema.time().map(time -> find(table, time)).orElse(-1),
        find(table, schema.label()),
        schema.features().stream().map(feature -> find(table, feature)).toList());
  }

  private static int find(Table table, String name) {
    int column = table.columns().indexOf(name);
    if (column < 0) {
      throw KulaException.user(
          "column '%s' of the fleet's schema is not in %s, whose columns are %s; add it"
              .formatted(name, table.name(), shortened(table.columns())));
    }
    return column;
  }

  /**
   * The names of a header, the first of which may carry a byte order mark.
   *
   * @param place of the header, for messages
   * @throws KulaException (USER) if one is blank or stands there twice
   */
  static List<String> names(String place, List<String> fields) {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String field : fields) {
      String name = field.strip();
      if (names.isEmpty() && name.startsWith("\uFEFF")) {
        name = name.substring(1).strip();
      }
      if (name.isEmpty()) {
        throw KulaException.user(
            "%s, column %d has no name, every column must have one; add it to the header"
                .formatted(place, names.size() + 1));
      }
      if (!seen.add(name)) {
        throw KulaException.user(
            "%s, column '%s' stands there twice, names must differ; rename or remove one"
                .formatted(place, name));
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  /** Finds a column; −1 if it is absent and bears the name {@code optional}. */
  private static int find(Table table, String name, String role, String optional) {
    int column = table.columns().indexOf(name);
    if (column < 0 && !name.equals(optional)) {
      throw KulaException.user(
          "%s column '%s' is not in %s, whose columns are %s; name one of them with --%s-column"
              .formatted(role, name, table.name(), shortened(table.columns()), role));
    }
    return column;
  }

  static String shortened(List<String> names) {
    int shown = Math.min(names.size(), 12);
    String more = names.size() > shown ? " and %d more".formatted(names.size() - shown) : "";
    return String.join(", ", names.subList(0, shown)) + more;
  }
}
