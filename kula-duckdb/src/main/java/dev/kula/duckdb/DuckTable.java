package dev.kula.duckdb;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import dev.kula.data.source.Table;
import dev.kula.duckdb.Column.Kind;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows as DuckDB reads them. A column of arrays of numbers is as many columns as its first array is
 * long.
 */
final class DuckTable implements Table {
  private final String name;
  private final Connection connection;
  private final Statement statement;
  private final ResultSet rows;
  private final List<Column> columns = new ArrayList<>();
  private final List<String> names;

  /** The length of the arrays of a column, by DuckDB's column. */
  private final int[] lengths;

  private final boolean hasRows;
  private long row;

  /** The array that was looked at last, and DuckDB's column that it is of; 0 if of none. */
  private Object[] array = {};

  private int arrayOf;

  /** A table of what was asked; closing it closes the connection. */
  DuckTable(String name, Connection connection, Statement statement, ResultSet rows)
      throws SQLException {
    this.name = name;
    this.connection = connection;
    this.statement = statement;
    this.rows = rows;
    ResultSetMetaData known = rows.getMetaData();
    int count = known.getColumnCount();
    lengths = new int[count + 1];
    hasRows = rows.next();
    row = 1;
    for (int number = 1; number <= count; number++) {
      Kind kind = Kind.of(known.getColumnTypeName(number));
      String column = known.getColumnLabel(number).strip();
      if (kind != Kind.NUMBERS || !hasRows) {
        columns.add(new Column(column, number, kind, -1));
        continue;
      }
      lengths[number] = -1;
      lengths[number] = array(new Column(column, number, kind, 0)).length;
      for (int i = 0; i < lengths[number]; i++) {
        columns.add(new Column("%s[%d]".formatted(column, i), number, kind, i));
      }
    }
    names = columns.stream().map(Column::name).toList();
    requireDifferent();
    row = 0;
  }

  private void requireDifferent() {
    Set<String> seen = new HashSet<>();
    for (String column : names) {
      if (column.isEmpty() || !seen.add(column)) {
        throw KulaException.user(
            "%s has columns %s, which must have names that differ; rename '%s'"
                .formatted(name, names, column));
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> columns() {
    return names;
  }

  @Override
  public boolean next() {
    row++;
    if (row == 1) {
      return hasRows;
    }
    arrayOf = 0;
    try {
      return rows.next();
    } catch (SQLException e) {
      row--;
      throw unreadable(e);
    }
  }

  @Override
  public String place() {
    return "%s row %d".formatted(name, row);
  }

  @Override
  public String text(int column) {
    Column at = columns.get(column);
    try {
      return switch (at.kind()) {
        case FLOAT, DOUBLE, WHOLE, TEXT -> text(rows.getObject(at.number()));
        case MOMENT -> {
          LocalDateTime moment = rows.getObject(at.number(), LocalDateTime.class);
          yield moment == null ? "" : moment.toString();
        }
        case NUMBERS -> text(array(at)[at.element()]);
        case OTHER ->
            throw mistake(
                at,
                "is a %s, must be a number, text, a time or an array of numbers; cast it with sql:, or leave it out"
                    .formatted(rows.getMetaData().getColumnTypeName(at.number())));
      };
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  @Override
  public OptionalDouble number(int column) {
    Column at = columns.get(column);
    try {
      return switch (at.kind()) {
        case FLOAT, DOUBLE, WHOLE -> {
          double value = rows.getDouble(at.number());
          yield rows.wasNull() || !Double.isFinite(value)
              ? OptionalDouble.empty()
              : OptionalDouble.of(value);
        }
        case NUMBERS ->
            array(at)[at.element()] instanceof Number value && Double.isFinite(value.doubleValue())
                ? OptionalDouble.of(value.doubleValue())
                : OptionalDouble.empty();
        case TEXT, MOMENT, OTHER -> Decimal.parse(text(column));
      };
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private static String text(@Nullable Object value) {
    if (value instanceof Float number && Float.isFinite(number)) {
      return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
    }
    if (value instanceof Double number && Double.isFinite(number)) {
      return Decimal.text(number);
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value == null ? "" : value.toString().strip();
  }

  /** The array of the row, whose elements may be null. */
  private Object[] array(Column at) throws SQLException {
    if (arrayOf == at.number()) {
      return array;
    }
    Array value = rows.getArray(at.number());
    Object[] read = value == null ? new Object[0] : (Object[]) value.getArray();
    int length = lengths[at.number()];
    if (read.length == 0 || (length >= 0 && read.length != length)) {
      throw KulaException.user(
          "%s, column '%s' has %d numbers, must have %s; correct it or leave the row out"
              .formatted(
                  place(),
                  at.name(),
                  read.length,
                  length < 0 ? "some" : length + " as in the first row"));
    }
    array = read;
    arrayOf = at.number();
    return read;
  }

  private KulaException mistake(Column at, String rest) {
    return KulaException.user("%s, column '%s' %s".formatted(place(), at.name(), rest));
  }

  private KulaException unreadable(SQLException e) {
    return KulaException.user(
        "%s cannot be read after row %d (%s); correct it, or copy it again"
            .formatted(name, row, DuckDb.firstLine(e)),
        e);
  }

  @Override
  public void close() {
    try (connection;
        statement;
        rows) {
      // Closes the last first, and all of them.
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }
}
