package dev.kula.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Records of a run as trees of JSON, as {@code docs/formats.md} describes them. Stateless. */
public final class RunJson {
  private RunJson() {}

  /** The fields of a record in their order; numbers that JSON lacks are numbers still. */
  public static ObjectNode tree(Object value) {
    return Json.MAPPER.valueToTree(value);
  }
}
