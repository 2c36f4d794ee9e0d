package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;

/** Records as JSON, as the files of a run have them. */
public final class Documents {
  private Documents() {}

  /**
   * Several lines of text, without the last line break.
   *
   * @param document a record, or a map by names
   */
  public static String text(Object document) {
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON: " + document, e);
    }
  }
}
