package dev.kula.app;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A grid of text, of which the first column is set left and the others right.
 *
 * @param title above it
 * @param header one a column; empty for none
 * @param rows at least one, as wide as the header
 */
public record Grid(String title, List<String> header, List<List<String>> rows) {
  /** Header and data apart by a line, columns by spaces, nothing around. */
  private static final @Nullable Character[] BORDER = border();

  private static final int UNLIMITED = 1_000;

  public Grid {
    header = List.copyOf(header);
    rows = List.copyOf(rows);
  }

  /** For a terminal, with a line break at the end. */
  public String text() {
    int width = rows.getFirst().size();
    Column[] columns = new Column[width];
    for (int i = 0; i < width; i++) {
      HorizontalAlign align = i == 0 ? HorizontalAlign.LEFT : HorizontalAlign.RIGHT;
      columns[i] = new Column().headerAlign(align).dataAlign(align).maxWidth(UNLIMITED);
      if (!header.isEmpty()) {
        columns[i].header(header.get(i));
      }
    }
    String[][] cells =
        rows.stream().map(row -> row.toArray(String[]::new)).toArray(String[][]::new);
    String table =
        AsciiTable.builder().lineSeparator("\n").border(BORDER).data(columns, cells).asString();
    return title + "\n" + table.replaceAll(" +(?=\n|$)", "") + "\n";
  }

  /** In Markdown, with a line break at the end. */
  public String markdown() {
    int width = rows.getFirst().size();
    List<String> top = header.isEmpty() ? Stream.generate(() -> "").limit(width).toList() : header;
    StringBuilder text = new StringBuilder("**").append(title).append("**\n\n");
    text.append(markdownRow(top));
    text.append("|:--|").append("--:|".repeat(width - 1)).append('\n');
    rows.forEach(row -> text.append(markdownRow(row)));
    return text.toString();
  }

  private static String markdownRow(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.strip().replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static @Nullable Character[] border() {
    @Nullable Character[] border =
        AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS_NO_OUTSIDE_BORDER.clone();
    for (int i = 0; i < border.length; i++) {
      border[i] = border[i] != null && border[i] == '-' ? Character.valueOf('─') : null;
    }
    return border;
  }
}
