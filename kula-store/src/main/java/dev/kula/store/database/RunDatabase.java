package dev.kula.store.database;

import dev.kula.KulaException;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteDataSource;

/**
 * A database that many runs are copied to, by as many processes as like to. Its tables are made,
 * and brought to the present version, when it is opened; those of a newer Kula are refused.
 *
 * <p>Thread safe. Each call has a connection of its own.
 */
public final class RunDatabase {
  private static final String POSTGRESQL = "postgresql";
  private static final String SQLITE = "sqlite:";
  private static final String TABLES = "classpath:dev/kula/store/database";

  /** Of a server that does not answer, in seconds: a run waits for no longer. */
  private static final int PATIENCE_SECONDS = 10;

  private static final int BUSY_MILLIS = 30_000;

  private final String name;
  private final Jdbi database;

  private RunDatabase(String name, Jdbi database) {
    this.name = name;
    this.database = database;
  }

  /**
   * A run in a database.
   *
   * @param run its name here, which its directory has in a file, too
   * @param directory where its files were when it was copied
   * @param copied when that was, in ISO 8601
   * @param ended whether it had ended
   * @param rounds of all its methods and seeds
   * @param methods in their order
   * @param accuracy personal accuracy in the last round that was copied; not a number if untold
   */
  public record StoredRun(
      String run,
      String command,
      String directory,
      String copied,
      boolean ended,
      int rounds,
      int methods,
      double accuracy) {}

  /**
   * Opens a database.
   *
   * @param store {@code FILE} or {@code sqlite:FILE}, which is made if it is not there, or {@code
   *     postgresql://[USER[:PASSWORD]@]HOST[:PORT]/NAME}
   * @throws KulaException USER if it is another program's database, of a newer Kula, or cannot be
   *     reached
   */
  public static RunDatabase open(String store) {
    return open(store, "latest");
  }

  /** As a Kula did whose newest migration was {@code version}. */
  static RunDatabase open(String store, String version) {
    boolean server = store.startsWith(POSTGRESQL + ":");
    if (!server && !store.startsWith(SQLITE) && store.contains("://")) {
      throw KulaException.user(
          "--store is %s…, must be a file or postgresql://HOST/NAME; try kula.db"
              .formatted(store.substring(0, store.indexOf("://") + 3))); // no password
    }
    URI uri = server ? uri(store) : URI.create("");
    String file = store.startsWith(SQLITE) ? store.substring(SQLITE.length()) : store;
    if (!server && (file.isBlank() || file.startsWith(":"))) {
      throw KulaException.user(
          "--store is '%s', must be a file or postgresql://HOST/NAME; try kula.db"
              .formatted(store));
    }
    DataSource source = server ? postgresql(uri) : sqlite(file);
    String name = server ? name(uri) : store;
    migrate(source, name, server, version);
    return new RunDatabase(name, Jdbi.create(source));
  }

  private static DataSource sqlite(String file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.NORMAL); // the files of the run are what must not be lost
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  private static URI uri(String store) {
    try {
      URI uri = new URI(store);
      String path = uri.getRawPath();
      if (uri.getHost() != null && path != null && path.length() > 1) {
        return uri;
      }
    } catch (URISyntaxException malformed) {
      // Told below, without the text, which may have a password anywhere in it.
    }
    throw KulaException.user(
        "--store is %s:…, must be as postgresql://USER@HOST:PORT/NAME, with the password in"
                .formatted(POSTGRESQL)
            + " ~/.pgpass; correct it");
  }

  /** For people; without user and password, and without parameters, which may have them, too. */
  private static String name(URI uri) {
    return "%s://%s%s%s"
        .formatted(
            POSTGRESQL,
            uri.getHost(),
            uri.getPort() < 0 ? "" : ":" + uri.getPort(),
            uri.getRawPath());
  }

  private static DataSource postgresql(URI uri) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    String query = uri.getRawQuery();
    source.setUrl("jdbc:" + name(uri) + (query == null ? "" : "?" + query));
    if (uri.getUserInfo() != null) {
      String[] user = uri.getUserInfo().split(":", 2);
      source.setUser(user[0]);
      if (user.length > 1) {
        source.setPassword(user[1]);
      }
    }
    source.setApplicationName("kula");
    source.setConnectTimeout(PATIENCE_SECONDS);
    source.setSocketTimeout(PATIENCE_SECONDS);
    return source;
  }

  /** Tables have one text for both; in a server they stand in a schema of their own. */
  private static void migrate(DataSource source, String name, boolean server, String version) {
    try {
      var configuration =
          Flyway.configure()
              .dataSource(source)
              .locations(TABLES)
              .target(version)
              .failOnMissingLocations(true)
              .ignoreMigrationPatterns(new String[0]) // nor those that this Kula does not know yet
              .loggers("slf4j");
      if (server) {
        configuration.defaultSchema("kula").createSchemas(true);
      }
      configuration.load().migrate();
    } catch (FlywayException refused) {
      throw KulaException.user(
          "--store '%s' cannot be used: %s; check that it is there, is Kula's and of no newer Kula"
              .formatted(name, reason(refused)),
          refused);
    }
  }

  /** What lies at the bottom, in a line. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage())
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .orElse(cause.getClass().getSimpleName());
  }

  /** Where it is, for people; without a password. */
  public String name() {
    return name;
  }

  /** All runs, the one that was copied first before the others. */
  public List<StoredRun> runs() {
    return in(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT r.run, r.command, r.directory, r.copied, r.ended,
                      (SELECT count(*) FROM round l WHERE l.run = r.run) AS rounds,
                      (SELECT count(DISTINCT method) FROM round l WHERE l.run = r.run) AS methods,
                      (SELECT personal_accuracy FROM round l WHERE l.run = r.run
                        ORDER BY line DESC LIMIT 1) AS accuracy
                    FROM run r ORDER BY r.copied, r.run
                    """)
                .map(
                    (row, context) -> {
                      double known = row.getDouble("accuracy");
                      double accuracy = row.wasNull() ? Double.NaN : known;
                      return new StoredRun(
                          row.getString("run"),
                          row.getString("command"),
                          row.getString("directory"),
                          row.getString("copied"),
                          row.getInt("ended") != 0,
                          row.getInt("rounds"),
                          row.getInt("methods"),
                          accuracy);
                    })
                .list());
  }

  /** Work in one transaction. */
  @FunctionalInterface
  interface Work<T> {
    T with(Handle handle);
  }

  /**
   * Does all of {@code work}, or nothing.
   *
   * @throws KulaException RESOURCE if the database is not there or refuses it
   */
  <T> T in(Work<T> work) {
    try {
      return database.inTransaction(
          handle -> {
            if (name.startsWith(POSTGRESQL + ":")) {
              handle.execute("SET LOCAL search_path TO kula");
            }
            return work.with(handle);
          });
    } catch (JdbiException failure) {
      throw KulaException.resource(
          "--store '%s' cannot be used: %s".formatted(name, reason(failure)), failure);
    }
  }
}
