package dev.kula.store;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.fleet.StateShelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.LockingMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * States of devices in a file, which nobody reads again once the process has ended: so nothing is
 * forced to the disk, and {@link RunDirectory#resume} deletes what a process that was killed has
 * left. An SQLite table, which uses again the place of a state that has grown.
 *
 * <p>Thread safe: encodes in the callers' threads and writes in one at a time.
 */
public final class SpilledStates implements StateShelf {
  /** Its name in a {@link RunDirectory}, of the form that temporary files have there. */
  public static final String NAME = ".states.tmp";

  private static final int PAGE_BYTES = 8192;

  private final Path file;
  private final Connection connection;
  private final PreparedStatement put;
  private final PreparedStatement get;

  /** Why a write failed: without a journal nothing is to be read any more, in no thread. */
  private @Nullable KulaException broken;

  private SpilledStates(
      Path file, Connection connection, PreparedStatement put, PreparedStatement get) {
    this.file = file;
    this.connection = connection;
    this.put = put;
    this.get = get;
  }

  /**
   * An empty file in the place of any that there is.
   *
   * @throws KulaException RESOURCE if there can be none
   */
  public static SpilledStates create(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.OFF);
    config.setSynchronous(SynchronousMode.OFF);
    config.setLockingMode(LockingMode.EXCLUSIVE);
    config.setPageSize(PAGE_BYTES);
    try {
      Files.deleteIfExists(file);
      Connection connection =
          DriverManager.getConnection("jdbc:sqlite:" + file, config.toProperties());
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE state (device TEXT PRIMARY KEY, bytes BLOB NOT NULL)");
        return new SpilledStates(
            file,
            connection,
            connection.prepareStatement(
                "INSERT INTO state VALUES (?, ?)"
                    + " ON CONFLICT (device) DO UPDATE SET bytes = excluded.bytes"),
            connection.prepareStatement("SELECT bytes FROM state WHERE device = ?"));
      } catch (SQLException failure) {
        connection.close();
        throw failure;
      }
    } catch (IOException | SQLException failure) {
      throw cannot("made", file, failure);
    }
  }

  @Override
  public void put(DeviceId device, Shelved shelved) {
    byte[] bytes = StateBytes.encode(shelved);
    synchronized (this) {
      requireWhole();
      try {
        put.setString(1, device.name());
        put.setBytes(2, bytes);
        put.executeUpdate();
      } catch (SQLException failure) {
        broken = cannot("written", file, failure);
        throw broken;
      }
    }
  }

  @Override
  public Optional<Shelved> get(DeviceId device) {
    byte[] bytes = bytes(device);
    return bytes.length == 0
        ? Optional.empty()
        : Optional.of(StateBytes.decode(bytes, Shelved.class));
  }

  private void requireWhole() {
    KulaException before = broken;
    if (before != null) {
      throw before;
    }
  }

  private synchronized byte[] bytes(DeviceId device) {
    requireWhole();
    try {
      get.setString(1, device.name());
      try (ResultSet row = get.executeQuery()) {
        return row.next() ? row.getBytes(1) : new byte[0];
      }
    } catch (SQLException failure) {
      throw cannot("read", file, failure);
    }
  }

  private static KulaException cannot(String what, Path file, Exception failure) {
    return KulaException.resource(
        "states of devices '%s' cannot be %s: %s; free space or check the disk, or hold them in memory with a larger --spill-above"
            .formatted(file, what, SqliteFile.reason(failure)),
        failure);
  }

  /** Deletes the file. */
  @Override
  public synchronized void close() {
    try {
      connection.close();
      Files.deleteIfExists(file);
    } catch (SQLException | IOException failure) {
      throw cannot("deleted", file, failure);
    }
  }
}
