package dev.kula.store.table;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import dev.kula.data.source.QueryEngine;
import dev.kula.store.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How tables are written. */
public enum TableFormat {
  /** RFC 4180 in UTF-8 with a header; what is not there is empty, and empty text is in quotes. */
  CSV {
    @Override
    void write(Path file, List<Column> columns, Rows rows) {
      AtomicFile.write(file, out -> writeCsv(out, columns, rows));
    }
  },
  /** Through the DuckDB of {@code kula-duckdb}, if it is on the class path. */
  PARQUET {
    @Override
    public void require() {
      QueryEngine.find("--format parquet");
    }

    @Override
    void write(Path file, List<Column> columns, Rows rows) {
      SequencedMap<String, Class<?>> types = new LinkedHashMap<>();
      columns.forEach(column -> types.put(column.name(), column.type()));
      Path between = file.resolveSibling(file.getFileName() + ".csv");
      CSV.write(between, columns, rows);
      QueryEngine.find("--format parquet").writeParquet(between, types, file);
      try {
        Files.delete(between);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  },
  /** An array of objects; lists are lists. */
  JSON {
    @Override
    void write(Path file, List<Column> columns, Rows rows) {
      AtomicFile.write(file, out -> writeJson(out, columns, rows));
    }
  };

  private static final ObjectMapper MAPPER =
      new ObjectMapper().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  /** Hands over rows, as JSON in which {@link Column#value} looks. */
  @FunctionalInterface
  interface Rows {
    void forEach(Consumer<JsonNode> reader);
  }

  /**
   * Sees that it can be written, before anything is.
   *
   * @throws dev.kula.KulaException USER if it cannot
   */
  public void require() {}

  /** Replaces {@code file}. */
  abstract void write(Path file, List<Column> columns, Rows rows);

  /** Of a table's file. */
  public String ending() {
    return "." + name().toLowerCase(Locale.ROOT);
  }

  private static void writeCsv(OutputStream out, List<Column> columns, Rows rows)
      throws IOException {
    OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    // Not closed: whoever opened the stream does more with it.
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.LF)
            .quoteStrategy(QuoteStrategies.EMPTY)
            .build(text);
    csv.writeRecord(columns.stream().map(Column::name).toList());
    try {
      rows.forEach(row -> csv.writeRecord(cells(columns, row)));
    } catch (UncheckedIOException full) {
      throw full.getCause();
    }
    csv.flush();
    text.flush();
  }

  private static @Nullable String[] cells(List<Column> columns, JsonNode row) {
    @Nullable String[] cells = new String[columns.size()];
    for (int i = 0; i < cells.length; i++) {
      JsonNode value = columns.get(i).value(row);
      cells[i] =
          value.isMissingNode() || value.isNull()
              ? null
              : value.isContainerNode() ? value.toString() : value.asText();
    }
    return cells;
  }

  private static void writeJson(OutputStream out, List<Column> columns, Rows rows)
      throws IOException {
    JsonGenerator json = MAPPER.createGenerator(out);
    json.writeStartArray();
    try {
      rows.forEach(row -> writeObject(json, columns, row));
    } catch (UncheckedIOException full) {
      throw full.getCause();
    }
    json.writeEndArray();
    json.writeRaw('\n');
    json.flush();
  }

  private static void writeObject(JsonGenerator json, List<Column> columns, JsonNode row) {
    try {
      json.writeStartObject();
      for (Column column : columns) {
        JsonNode value = column.value(row);
        json.writeFieldName(column.name());
        json.writeTree(value.isMissingNode() ? MAPPER.nullNode() : value);
      }
      json.writeEndObject();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
