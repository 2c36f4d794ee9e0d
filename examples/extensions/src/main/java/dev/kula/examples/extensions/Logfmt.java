package dev.kula.examples.extensions;

import dev.kula.KulaException;
import dev.kula.data.source.Table;
import dev.kula.data.source.TableProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code --data logfmt:FILE}: lines such as {@code device=shop-1 b00=45 label="t-shirt"}, as many
 * programs write to their logs. The columns are the keys of the first line; other keys of later
 * lines are let lie, and those that a line lacks are empty.
 */
public final class Logfmt implements TableProvider {
  @Override
  public String name() {
    return "logfmt";
  }

  @Override
  public Table create(Optional<String> argument) {
    Path file =
        argument
            .map(Path::of)
            .filter(Files::isRegularFile)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "it must be a file that is there; try logfmt:readings.log"));
    try {
      return new Log(file, Files.newBufferedReader(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static KulaException unreadable(Path file, IOException e) {
    return KulaException.user(
        "'%s' cannot be read (%s), must be text in UTF-8; name another file"
            .formatted(file, e.getMessage()),
        e);
  }

  private static final class Log implements Table {
    private static final Pattern PAIR =
        Pattern.compile("([^\\s=]+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s\"]*))(?:\\s+|$)");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    private final Path file;
    private final BufferedReader lines;
    private final List<String> columns;
    private Map<String, String> ahead;
    private Map<String, String> row = Map.of();
    private int line;

    Log(Path file, BufferedReader lines) {
      this.file = file;
      this.lines = lines;
      this.ahead = read();
      this.columns = List.copyOf(ahead.keySet());
      if (columns.isEmpty()) {
        throw KulaException.user(
            "%s has no lines, must have some; name another file".formatted(name()));
      }
    }

    /** The next line that is not blank; empty after the last. */
    private Map<String, String> read() {
      try {
        for (String text = lines.readLine(); text != null; text = lines.readLine()) {
          line++;
          if (!text.isBlank()) {
            return pairs(text.strip());
          }
        }
        return Map.of();
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    private Map<String, String> pairs(String text) {
      Map<String, String> pairs = new LinkedHashMap<>();
      Matcher pair = PAIR.matcher(text);
      int at = 0;
      while (at < text.length()) {
        if (!pair.find(at) || pair.start() != at) {
          throw KulaException.user(
              "%s has '%s', must be KEY=VALUE; put quotes around a value with blanks"
                  .formatted(place(), text.substring(at, Math.min(text.length(), at + 40))));
        }
        String quoted = pair.group(2);
        pairs.put(
            pair.group(1),
            (quoted == null ? pair.group(3) : ESCAPED.matcher(quoted).replaceAll("$1")).strip());
        at = pair.end();
      }
      return pairs;
    }

    @Override
    public String name() {
      return "'" + file + "'";
    }

    @Override
    public List<String> columns() {
      return columns;
    }

    @Override
    public boolean next() {
      // The first row was read for its keys.
      row = row.isEmpty() ? ahead : read();
      ahead = row.isEmpty() ? row : ahead;
      return !row.isEmpty();
    }

    @Override
    public String place() {
      return "%s line %d".formatted(name(), line);
    }

    @Override
    public String text(int column) {
      return row.getOrDefault(columns.get(column), "");
    }

    @Override
    public void close() {
      try {
        lines.close();
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
  }
}
