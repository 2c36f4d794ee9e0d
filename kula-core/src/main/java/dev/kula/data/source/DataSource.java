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

  /**
   * A text file of comma-separated values (RFC 4180, UTF-8) with a header, gzipped or not.
   *
   * @param file to read
   */
  record Csv(Path file) implements DataSource {
    @Override
    public String notation() {
      return "csv:" + file;
    }

    @Override
    public Dataset load(ReadOptions options) {
      return CsvDatasetReader.read(file, options);
    }

    /**
     * Reads a table that must be as a schema says, scaled as it says.
     *
     * @throws KulaException (USER) in one line, if something is missing or malformed
     */
    public Dataset load(DataSchema schema) {
      return CsvDatasetReader.read(file, schema);
    }

    /**
     * How others are to read their tables, if this one is the example.
     *
     * @param options that {@code example} was read with
     * @param example what is in this file, standardised
     * @param standardisation by which it was
     */
    public DataSchema schema(
        ReadOptions options, Dataset example, Standardisation standardisation) {
      CsvHeader header = CsvDatasetReader.header(file, options);
      return new DataSchema(
          header.features().stream().map(header.names()::get).toList(),
          header.names().get(header.label()),
          header.time() < 0 ? Optional.empty() : Optional.of(header.names().get(header.time())),
          example.task(),
          example.labels(),
          standardisation);
    }
  }

  /**
   * Reads {@code fashion-mnist}, {@code idx:DIR} or {@code csv:FILE}.
   *
   * @throws KulaException (USER) for anything else
   */
  static DataSource parse(String text) {
    Notation notation = Notation.of("data", text);
    if (notation.isPlain("fashion-mnist")) {
      return new FashionMnist();
    }
    String path = notation.argument().orElse("");
    if (!path.isEmpty()) {
      try {
        if (notation.name().equals("idx")) {
          return new Idx(Path.of(path));
        }
        if (notation.name().equals("csv")) {
          return new Csv(Path.of(path));
        }
      } catch (InvalidPathException impossible) {
        throw notation.mistake("which names no path this system can have", "check the spelling");
      }
    }
    throw notation.mistake("must be fashion-mnist, idx:DIR or csv:FILE", "try fashion-mnist");
  }
}
