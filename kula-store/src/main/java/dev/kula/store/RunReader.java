package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kula.KulaException;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import java.io.BufferedReader;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the directory of a run, also while it is being written: a last line without its end is left
 * out. Immutable and thread safe. A file that breaks its format is a {@link KulaException} with
 * blame USER that names file and line.
 */
public final class RunReader {
  private final Path path;

  private RunReader(Path path) {
    this.path = path;
  }

  /**
   * The run in {@code path}.
   *
   * @throws KulaException USER if there is none
   */
  public static RunReader of(Path path) {
    requireRun(path);
    return new RunReader(path);
  }

  static void requireRun(Path path) {
    if (!Files.isRegularFile(path.resolve(RunDirectory.ROUNDS))) {
      throw KulaException.user(
          "'%s' holds no run, there is no %s in it; give a directory that a run wrote"
              .formatted(path, RunDirectory.ROUNDS));
    }
  }

  /** Whether the run ended and wrote {@code summary.json}. */
  public boolean hasSummary() {
    return Files.isRegularFile(path.resolve(RunDirectory.SUMMARY));
  }

  /**
   * The summary.
   *
   * @throws KulaException USER if the run has not ended, or a newer Kula wrote it
   */
  public RunSummary summary() {
    Path file = path.resolve(RunDirectory.SUMMARY);
    if (!hasSummary()) {
      throw KulaException.user(
          "'%s' is missing, the run has not ended; finish it with --resume '%s'"
              .formatted(file, path));
    }
    try {
      JsonNode tree = Json.MAPPER.readTree(file.toFile());
      int version = tree.path("schemaVersion").asInt(0);
      if (version != RunSummary.SCHEMA_VERSION) {
        throw KulaException.user(
            "'%s' has schemaVersion %d, this Kula reads %d; use the Kula that wrote it"
                .formatted(file, version, RunSummary.SCHEMA_VERSION));
      }
      return required(Json.MAPPER.treeToValue(tree, RunSummary.class), file, -1);
    } catch (JsonProcessingException malformed) {
      throw malformed(file, -1, malformed);
    } catch (CharConversionException otherEncoding) {
      throw malformed(file, -1, "it is not UTF-8", otherEncoding);
    } catch (IOException failure) {
      throw AtomicFile.cannotRead(file, failure);
    }
  }

  /** Every whole line of {@code rounds.jsonl}, in order. */
  public void forEachRound(Consumer<RoundRecord> reader) {
    forEachLine(
        RunDirectory.ROUNDS, (file, number, line) -> reader.accept(round(file, number, line)));
  }

  /** Every whole line of {@code events.jsonl}, in order; none if there is no such file. */
  public void forEachEvent(Consumer<LoggedEvent> reader) {
    forEachLine(
        RunDirectory.EVENTS, (file, number, line) -> reader.accept(event(file, number, line)));
  }

  private static RoundRecord round(Path file, int number, String line) throws IOException {
    return required(Json.MAPPER.readValue(line, RoundRecord.class), file, number);
  }

  private static LoggedEvent event(Path file, int number, String line) throws IOException {
    JsonNode tree = Json.MAPPER.readTree(line);
    return new LoggedEvent(
        tree.path("method").asText(),
        tree.path("seed").asLong(),
        required(Json.MAPPER.treeToValue(tree, RunEvent.class), file, number));
  }

  /** A reader of whole lines, from the first on, that goes on where it was. */
  RunFollower.Lines rounds(Consumer<RoundRecord> reader) {
    return new RunFollower.Lines(
        path.resolve(RunDirectory.ROUNDS),
        (file, number, line) -> reader.accept(round(file, number, line)));
  }

  /** Likewise. */
  RunFollower.Lines events(Consumer<LoggedEvent> reader) {
    return new RunFollower.Lines(
        path.resolve(RunDirectory.EVENTS),
        (file, number, line) -> reader.accept(event(file, number, line)));
  }

  @FunctionalInterface
  interface LineReader {
    void read(Path file, int number, String line) throws IOException;
  }

  private void forEachLine(String name, LineReader reader) {
    Path file = path.resolve(name);
    if (!Files.exists(file)) {
      return;
    }
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      boolean whole = endsWithNewline(file);
      String line = lines.readLine();
      while (line != null) {
        number++;
        String next = lines.readLine();
        if (next != null || whole) {
          reader.read(file, number, line);
        }
        line = next;
      }
    } catch (JsonProcessingException malformed) {
      throw malformed(file, number, malformed);
    } catch (CharacterCodingException malformed) {
      throw malformed(file, number + 1, "it is not UTF-8", malformed);
    } catch (IOException failure) {
      throw AtomicFile.cannotRead(file, failure);
    }
  }

  /** False if a line is just being written, or its writer was killed. */
  private static boolean endsWithNewline(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      if (channel.size() == 0) {
        return true;
      }
      channel.position(channel.size() - 1);
      ByteBuffer last = ByteBuffer.allocate(1);
      channel.read(last);
      return last.get(0) == '\n';
    }
  }

  /** Jackson reads {@code null} as no object at all. */
  private static <T> T required(@Nullable T value, Path file, int line) {
    if (value == null) {
      throw malformed(file, line, "it is null", null);
    }
    return value;
  }

  static KulaException malformed(Path file, int line, JsonProcessingException malformed) {
    return malformed(file, line, malformed.getOriginalMessage(), malformed);
  }

  private static KulaException malformed(
      Path file, int line, String message, @Nullable IOException malformed) {
    return KulaException.user(
        "'%s'%s is not as docs/formats.md says: %s; repeat the run"
            .formatted(
                file,
                line < 0 ? "" : " line " + line,
                message.lines().findFirst().orElse("malformed JSON")),
        malformed);
  }
}
