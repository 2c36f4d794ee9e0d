package dev.kula.data;

import java.nio.charset.StandardCharsets;

/** The text that a signature is over: one field a line. */
final class SignedFields {
  private SignedFields() {}

  /** Different fields give different bytes: a line break within a field is escaped. */
  static byte[] bytes(String... fields) {
    String[] lines = new String[fields.length];
    for (int i = 0; i < fields.length; i++) {
      lines[i] = fields[i].replace("\\", "\\\\").replace("\n", "\\n");
    }
    return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
  }
}
