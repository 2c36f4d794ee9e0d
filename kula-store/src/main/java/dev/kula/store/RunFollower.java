package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kula.KulaException;
import dev.kula.round.RoundRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads the line files of a run as they grow. Where lines were taken back, as a resumed run does,
 * all is told anew. A last line without its end waits until it has one.
 *
 * <p>For one thread at a time.
 */
public final class RunFollower {
  private final Lines rounds;
  private final Lines events;
  private final Runnable anew;

  private RunFollower(Lines rounds, Lines events, Runnable anew) {
    this.rounds = rounds;
    this.events = events;
    this.anew = anew;
  }

  /**
   * Follows the run in {@code path}.
   *
   * @param rounds is told each line of {@code rounds.jsonl}, in order
   * @param events is told each line of {@code events.jsonl}, in order
   * @param anew is called before all is told from the beginning again
   * @throws KulaException USER if there is no run
   */
  public static RunFollower of(
      Path path, Consumer<RoundRecord> rounds, Consumer<LoggedEvent> events, Runnable anew) {
    RunReader run = RunReader.of(path);
    return new RunFollower(run.rounds(rounds), run.events(events), anew);
  }

  /**
   * Tells what has come since it was last called.
   *
   * @return whether that was anything
   * @throws KulaException USER if a line is not as {@code docs/formats.md} says; RESOURCE if a file
   *     cannot be read. Asked again, it tells all anew
   */
  public boolean follow() {
    if (!rounds.isContinued() || !events.isContinued()) {
      rounds.rewind();
      events.rewind();
      anew.run();
    }
    boolean more = rounds.read();
    return events.read() || more;
  }

  /** A file, as far as it was read. */
  static final class Lines {
    private static final int BLOCK_BYTES = 1 << 18;

    /** By which it is known whether what was read still stands there. */
    private static final int WITNESS_BYTES = 512;

    private final Path file;
    private final RunReader.LineReader reader;
    private byte[] witness = new byte[0];
    private long position;
    private int number;
    private boolean broken;

    Lines(Path file, RunReader.LineReader reader) {
      this.file = file;
      this.reader = reader;
    }

    private void rewind() {
      witness = new byte[0];
      position = 0;
      number = 0;
      broken = false;
    }

    private boolean isContinued() {
      if (position == 0 && !broken) {
        return true;
      }
      try (FileChannel channel = FileChannel.open(file)) {
        return !broken
            && channel.size() >= position
            && Arrays.equals(witness, bytes(channel, position - witness.length, witness.length));
      } catch (IOException failure) {
        throw AtomicFile.cannotRead(file, failure);
      }
    }

    private static byte[] bytes(FileChannel channel, long from, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      int read = 0;
      while (buffer.hasRemaining() && read >= 0) {
        read = channel.read(buffer, from + buffer.position());
      }
      return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private boolean read() {
      if (!Files.exists(file)) {
        return false;
      }
      long from = position;
      broken = true;
      try (FileChannel channel = FileChannel.open(file)) {
        int block = BLOCK_BYTES;
        byte[] ahead = bytes(channel, position, block);
        while (ahead.length > 0) {
          int whole = lines(ahead);
          if (whole > 0) {
            keep(ahead, whole);
            block = BLOCK_BYTES;
          } else if (ahead.length < block) {
            break; // the rest of a line is yet to come
          } else {
            block *= 2;
          }
          ahead = bytes(channel, position, block);
        }
      } catch (JsonProcessingException malformed) {
        throw RunReader.malformed(file, number, malformed);
      } catch (IOException failure) {
        throw AtomicFile.cannotRead(file, failure);
      }
      broken = false;
      return position > from;
    }

    /** Hands over whole lines; how many bytes they have. */
    private int lines(byte[] block) throws IOException {
      int start = 0;
      for (int i = 0; i < block.length; i++) {
        if (block[i] == '\n') {
          number++;
          reader.read(file, number, new String(block, start, i - start, StandardCharsets.UTF_8));
          start = i + 1;
        }
      }
      return start;
    }

    private void keep(byte[] block, int whole) {
      position += whole;
      witness = Arrays.copyOfRange(block, Math.max(0, whole - WITNESS_BYTES), whole);
    }
  }
}
