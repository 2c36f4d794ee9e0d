package dev.kula.store.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kula.store.RunJson;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * A column of a table.
 *
 * @param name in snake case; that of a record in a record has the outer one before it
 * @param type of what is in it; lists and maps are JSON as {@link String}
 * @param field where its value stands in the record, as a JSON pointer
 */
public record Column(String name, Class<?> type, String field) {
  /** One that is of no record, such as the name of the run. */
  static Column key(String name, Class<?> type) {
    return new Column(name, type, "/" + name);
  }

  /** A column for each component of a record and of the records in it. */
  static List<Column> of(Class<?> record) {
    List<Column> columns = new ArrayList<>();
    collect(record, "", "", columns);
    return List.copyOf(columns);
  }

  private static void collect(Class<?> record, String prefix, String at, List<Column> into) {
    for (RecordComponent component : record.getRecordComponents()) {
      String name = prefix + RunJson.column(component.getName());
      String field = at + "/" + component.getName();
      Class<?> type =
          component.getGenericType() instanceof ParameterizedType
              ? String.class
              : boxed(component.getType());
      if (type.isRecord()) {
        collect(type, name + "_", field, into);
      } else {
        into.add(new Column(name, type, field));
      }
    }
  }

  private static Class<?> boxed(Class<?> type) {
    if (type == int.class || type == long.class || type == Integer.class) {
      return Long.class;
    }
    if (type == double.class) {
      return Double.class;
    }
    return type == boolean.class ? Boolean.class : type.isEnum() ? String.class : type;
  }

  /** Its value in a record; null or missing where there is none. */
  JsonNode value(JsonNode row) {
    return row.at(field);
  }
}
