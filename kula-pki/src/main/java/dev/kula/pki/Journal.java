package dev.kula.pki;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The file in which an authority writes down all that it does, one entry a line. Lines are added
 * and never changed. A line is on the disk before anybody gets what it tells of, so what is not in
 * the file was not given out.
 *
 * <p>Several processes may use one file: each locks it, reads what others have added, decides, and
 * adds. Thread safe.
 */
final class Journal {
  /** A lock of a file keeps other processes out; this keeps out other threads of this one. */
  private static final Object THREADS = new Object();

  private final Path file;

  /** Guarded by {@link #THREADS}. */
  private final State state = new State();

  private long read;
  private int lines;

  Journal(Path file) {
    this.file = file;
  }

  /**
   * What somebody decides upon what is in the file.
   *
   * @param entries to be added, together
   * @param result of the decision
   */
  record Decision<T>(List<Entry> entries, T result) {
    Decision {
      entries = List.copyOf(entries);
    }

    static <T> Decision<T> nothing(T result) {
      return new Decision<>(List.of(), result);
    }
  }

  /**
   * Lets {@code decision} see what is in the file, and adds what it says, while nobody else can.
   *
   * @return its result, when its entries are safe on the disk
   */
  <T> T decide(Function<State, Decision<T>> decision) {
    synchronized (THREADS) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        channel.lock(); // until it is closed
        readOn(channel);
        Decision<T> decided = decision.apply(state);
        add(channel, decided.entries());
        return decided.result();
      } catch (IOException e) {
        throw KulaException.resource(
            "'%s' cannot be used: %s; check the disk and that the path is an authority's of kula pki"
                    .formatted(file, e)
                + " init",
            e);
      }
    }
  }

  private void readOn(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < read) {
      throw KulaException.user(
          "'%s' has %d bytes, must have at least the %d that it had; put back the whole file"
              .formatted(file, size, read));
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size - read));
    while (bytes.hasRemaining() && channel.read(bytes, read + bytes.position()) >= 0) {
      // until all is there
    }
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      String line = text.substring(from, end);
      int number = lines + 1;
      state.apply(
          EntryLine.read(line)
              .orElseThrow(
                  () ->
                      KulaException.user(
                          "'%s' line %d is '%s', must be an entry of kula pki; put back a copy"
                              .formatted(file, number, line))));
      lines++;
      read += line.getBytes(StandardCharsets.UTF_8).length + 1;
      from = end + 1;
    }
    if (from < text.length()) {
      throw KulaException.user(
          "'%s' ends in half a line, '%s', must end with a line; nothing was given out for it:"
                  .formatted(file, text.substring(from))
              + " cut the file to %d bytes".formatted(read));
    }
  }

  private void add(FileChannel channel, List<Entry> entries) throws IOException {
    if (entries.isEmpty()) {
      return;
    }
    List<String> text = new ArrayList<>();
    entries.forEach(entry -> text.add(EntryLine.of(entry) + "\n"));
    byte[] bytes = String.join("", text).getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer, read + buffer.position());
      }
      channel.force(true);
    } catch (IOException full) {
      channel.truncate(read); // no half line stays where the disk has filled up
      throw full;
    }
    entries.forEach(state::apply);
    read += bytes.length;
    lines += entries.size();
  }
}
