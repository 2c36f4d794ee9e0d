package dev.kula.data.source;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.kula.KulaException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A CSV file, row by row. */
final class CsvTable implements Table {
  private final Path file;
  private final Reader text;
  private final Iterator<CsvRecord> records;
  private final List<String> columns;
  private @Nullable CsvRecord row;
  private long line = 1;

  private CsvTable(Path file, Reader text) {
    this.file = file;
    this.text = text;
    this.records =
        CsvReader.builder()
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false)
            .ofCsvRecord(text)
            .iterator();
    this.columns = sound(this::header);
  }

  /** Opens a file and reads its header. */
  static CsvTable open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "data file '%s' %s; name a CSV file"
              .formatted(file, Files.exists(file) ? "is not a file" : "does not exist"));
    }
    Reader text = TextFile.open(file);
    try {
      return new CsvTable(file, text);
    } catch (RuntimeException e) {
      TextFile.close(file, text);
      throw e;
    }
  }

  private List<String> header() {
    if (!records.hasNext()) {
      throw KulaException.user(
          "'%s' is empty, must start with a header; name another file".formatted(file));
    }
    List<String> fields = records.next().getFields();
    if (fields.size() == 1 && fields.getFirst().matches(".*[;\t|].*")) {
      throw KulaException.user(
          "'%s' line 1 is one column, '%s', values must stand between commas; convert the file"
              .formatted(file, fields.getFirst().strip()));
    }
    return TableHeader.names("'%s' line 1".formatted(file), fields);
  }

  @Override
  public String name() {
    return "'%s'".formatted(file);
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public boolean next() {
    if (!sound(records::hasNext)) {
      return false;
    }
    CsvRecord record = sound(records::next);
    line = record.getStartingLineNumber();
    if (record.getFieldCount() != columns.size()) {
      throw KulaException.user(
          "'%s' line %d has %d values, must have %d as the header has; add or remove some"
              .formatted(file, line, record.getFieldCount(), columns.size()));
    }
    row = record;
    return true;
  }

  @Override
  public String place() {
    return "'%s' line %d".formatted(file, line);
  }

  @Override
  public String text(int column) {
    return Objects.requireNonNull(row).getField(column).strip();
  }

  @Override
  public void close() {
    TextFile.close(file, text);
  }

  private <T> T sound(Supplier<T> read) {
    try {
      return read.get();
    } catch (UncheckedIOException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      throw TextFile.unreadable(file, "after line %d ".formatted(line), cause);
    } catch (CsvParseException e) {
      // Rows up to `line` were sound, so the fault lies behind it.
      throw KulaException.user(
          "'%s' after line %d is not CSV (%s); correct the quotes"
              .formatted(file, line, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }
}
