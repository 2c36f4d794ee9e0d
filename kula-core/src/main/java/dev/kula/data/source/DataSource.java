package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.Notation;
import dev.kula.data.Standardisation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a data set comes from. Values are immutable and thread safe; nothing is cached. */
public sealed interface DataSource {
  /** In command-line notation; {@link #parse} reads it back. */
  String notation();

  /**
   * Reads the whole data set into memory.
   *
   * @throws KulaException (USER) in one line, if something is missing or malformed
   */
  Dataset load(ReadOptions options);

  /**
   * The bundled subset of Fashion-MNIST (Xiao et al. 2017): 12,000 grey images of 28×28, 1,200 of
   * each of ten classes. It is the resource of the module {@code kula-datasets}, apart from this
   * one, so that devices that never simulate do not carry it.
   */
  record FashionMnist() implements DataSource {
    @Override
    public String notation() {
      return "fashion-mnist";
    }

    @Override
    public Dataset load(ReadOptions options) {
      options.requireClassification(notation());
      return IdxReader.readFashionMnist();
    }
  }

  /**
   * The four IDX files of MNIST and its relatives, gzipped or not, training and test file joined in
   * that order.
   *
   * @param directory that holds them
   */
  record Idx(Path directory) implements DataSource {
    @Override
    public String notation() {
      return "idx:" + directory;
    }

    @Override
    public Dataset load(ReadOptions options) {
      options.requireClassification(notation());
      return IdxReader.readDirectory(directory);
    }
  }

  /** A table: rows with names of columns, from wherever. */
  sealed interface Tabular extends DataSource permits Csv, Folder, Leaf, Parquet, Sql, Own {
    /**
     * Opens it for one reading.
     *
     * @throws KulaException (USER) in one line, if something is missing or malformed
     */
    Table open();

    @Override
    default Dataset load(ReadOptions options) {
      try (Table table = open()) {
        return TableReader.read(notation(), table, options);
      }
    }

    /**
     * Reads a table that must be as a schema says, scaled as it says.
     *
     * @throws KulaException (USER) in one line, if something is missing or malformed
     */
    default Dataset load(DataSchema schema) {
      try (Table table = open()) {
        return TableReader.read(notation(), table, schema);
      }
    }

    /**
     * How others are to read their tables, if this one is the example.
     *
     * @param options that {@code example} was read with
     * @param example what is in this table, standardised
     * @param standardisation by which it was
     */
    default DataSchema schema(
        ReadOptions options, Dataset example, Standardisation standardisation) {
      try (Table table = open()) {
        TableHeader header = TableHeader.of(table, options);
        return new DataSchema(
            header.features().stream().map(header.names()::get).toList(),
            header.names().get(header.label()),
            header.time() < 0 ? Optional.empty() : Optional.of(header.names().get(header.time())),
            example.task(),
            example.labels(),
            standardisation);
      }
    }
  }

  /**
   * A text file of comma-separated values (RFC 4180, UTF-8) with a header, gzipped or not.
   *
   * @param file to read
   */
  record Csv(Path file) implements Tabular {
    @Override
    public String notation() {
      return "csv:" + file;
    }

    @Override
    public Table open() {
      return CsvTable.open(file);
    }
  }

  /**
   * A file for each device, CSV or Parquet, whose name without its ending is the device's. The
   * files have the same columns, in any order, and none called {@code device}, which the table has.
   *
   * @param directory that holds them; other files and directories in it are let lie
   */
  record Folder(Path directory) implements Tabular {
    @Override
    public String notation() {
      return "folder:" + directory;
    }

    @Override
    public Table open() {
      return FolderTable.open(directory);
    }
  }

  /**
   * JSON of the LEAF benchmark (Caldas et al. 2018, "LEAF: A Benchmark for Federated Settings"):
   * users, how many samples each has, and its x and y. It is a table with columns {@code device},
   * {@code x[0]}, {@code x[1]} and so on, and {@code label}.
   *
   * @param path of a file, or of a directory of files, in itself or in {@code train} and {@code
   *     test}, which are joined in that order
   */
  record Leaf(Path path) implements Tabular {
    @Override
    public String notation() {
      return "leaf:" + path;
    }

    @Override
    public Table open() {
      return LeafTable.open(path);
    }
  }

  /**
   * One Parquet file or several, read by a {@link QueryEngine}.
   *
   * @param pattern path of a file, or one with {@code *}, {@code ?}, {@code [...]} or {@code **}
   */
  record Parquet(String pattern) implements Tabular {
    @Override
    public String notation() {
      return "parquet:" + pattern;
    }

    @Override
    public Table open() {
      return QueryEngine.find(notation()).parquet(pattern);
    }
  }

  /**
   * What a query gives, asked of a {@link QueryEngine}.
   *
   * @param query one SELECT, or the path of a file that holds one and ends in {@code .sql}
   */
  record Sql(String query) implements Tabular {
    /** The file of a query may have as many bytes as this. */
    private static final int LONGEST = 1 << 20;

    /** Characters of a query that messages show. */
    private static final int SHOWN = 100;

    private static boolean isFile(String query) {
      return query.endsWith(".sql");
    }

    /** Whether it is in a file. */
    public boolean isFile() {
      return isFile(query);
    }

    @Override
    public String notation() {
      return "sql:" + query;
    }

    @Override
    public Table open() {
      QueryEngine engine = QueryEngine.find(notation());
      String shown = query.length() > SHOWN ? query.substring(0, SHOWN) + " …" : query;
      String sql = isFile() ? TextFile.whole(Path.of(query), LONGEST) : query;
      return engine.query("'%s'".formatted(shown), sql);
    }
  }

  /**
   * A table that a {@link TableProvider} opens.
   *
   * @param notation its name, with an argument or without
   */
  record Own(String notation) implements Tabular {
    @Override
    public Table open() {
      return TableProvider.FOUND
          .create(notation)
          .orElseThrow(
              () ->
                  KulaException.user(
                      "data is '%s', which no class of the class path reads; add its jar"
                          .formatted(notation)));
    }
  }

  /**
   * Reads {@code fashion-mnist}, {@code idx:DIR}, {@code csv:FILE}, {@code parquet:FILE}, {@code
   * sql:QUERY}, {@code folder:DIR}, {@code leaf:PATH}, or the name of tables that a {@link
   * TableProvider} opens.
   *
   * @throws KulaException (USER) for anything else
   */
  static DataSource parse(String text) {
    Notation notation = Notation.of("data", text);
    if (notation.isPlain("fashion-mnist")) {
      return new FashionMnist();
    }
    String argument = notation.argument().orElse("");
    if (!argument.isEmpty()) {
      try {
        Optional<DataSource> source = of(notation.name(), argument);
        if (source.isPresent()) {
          return source.get();
        }
      } catch (InvalidPathException impossible) {
        throw notation.mistake("which names no path this system can have", "check the spelling");
      }
    }
    if (TableProvider.FOUND.has(text)) {
      return new Own(text);
    }
    throw notation.mistake(
        "must be fashion-mnist, idx:DIR, csv:FILE, parquet:FILE, sql:QUERY, folder:DIR or"
            + " leaf:PATH"
            + TableProvider.FOUND.words(),
        "try fashion-mnist");
  }

  private static Optional<DataSource> of(String kind, String argument) {
    return switch (kind) {
      case "idx" -> Optional.of(new Idx(Path.of(argument)));
      case "csv" -> Optional.of(new Csv(Path.of(argument)));
      case "folder" -> Optional.of(new Folder(Path.of(argument)));
      case "leaf" -> Optional.of(new Leaf(Path.of(argument)));
      case "parquet" -> Optional.of(new Parquet(Path.of(argument).toString()));
      case "sql" ->
          Optional.of(new Sql(Sql.isFile(argument) ? Path.of(argument).toString() : argument));
      default -> Optional.empty();
    };
  }
}
