package dev.kula.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lines of text as JSON, an object a line with {@code time} (ISO 8601 in UTC) and {@code message},
 * for tools that collect logs. What is written is what would have been; no line holds a sample.
 *
 * <p>Thread safe: lines of several threads do not mix if each is written at once, as a {@link
 * java.io.PrintStream} does.
 */
final class JsonLog extends OutputStream {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "kula: ";

  private final OutputStream to;
  private final InstantSource clock;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** To {@code to}, by a clock. */
  JsonLog(OutputStream to, InstantSource clock) {
    this.to = to;
    this.clock = clock;
  }

  @Override
  public synchronized void write(int character) throws IOException {
    if (character == '\n') {
      end();
    } else {
      line.write(character);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      write(bytes[i]);
    }
  }

  private void end() throws IOException {
    String text = line.toString(StandardCharsets.UTF_8).strip();
    line.reset();
    if (text.isEmpty()) {
      return;
    }
    Map<String, String> entry = new LinkedHashMap<>();
    entry.put("time", clock.instant().toString());
    entry.put("message", text.startsWith(NAME) ? text.substring(NAME.length()) : text);
    to.write((JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8));
    to.flush();
  }

  /** A line that has not ended is kept: it would be two. */
  @Override
  public synchronized void flush() throws IOException {
    to.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    end();
    to.close();
  }
}
