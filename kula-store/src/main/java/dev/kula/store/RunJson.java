package dev.kula.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Records of a run as trees of JSON, as {@code docs/formats.md} describes them. Stateless. */
public final class RunJson {
  private RunJson() {}

  /** The fields of a record in their order; numbers that JSON lacks are numbers still. */
  public static ObjectNode tree(Object value) {
    return Json.MAPPER.valueToTree(value);
  }

  /**
   * The column that a component has in tables: {@code bytesMoved} is {@code bytes_moved}, and
   * {@code order}, a word of SQL, is {@code swap}.
   */
  public static String column(String component) {
    return component.equals("order")
        ? "swap"
        : component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
