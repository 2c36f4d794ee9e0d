package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class JsonLogTest {
  @Test
  void aLineIsAnObject() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-28T09:40:00.25Z"));
    try (PrintStream log = new PrintStream(new JsonLog(out, clock), true, StandardCharsets.UTF_8)) {
      log.printf("kula: \"d1\" – 5 %%%n");
      log.print("half a ");
      log.println("line\tand\u0007 more");
      log.println();
      log.print("the last");
    }
    String time = "{\"time\":\"2026-11-28T09:40:00.250Z\",\"message\":";
    assertEquals(
        time
            + "\"\\\"d1\\\" – 5 %\"}\n"
            + time
            + "\"half a line\\tand\\u0007 more\"}\n"
            + time
            + "\"the last\"}\n",
        out.toString(StandardCharsets.UTF_8));
  }
}
