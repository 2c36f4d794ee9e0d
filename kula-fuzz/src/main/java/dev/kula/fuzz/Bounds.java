package dev.kula.fuzz;

import com.sun.management.ThreadMXBean;
import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What holds whatever comes in: no exception but the writer's mistake told in one line, and for
 * inputs of up to {@value #SMALL} bytes at most {@value #MOST_ALLOCATED} bytes allocated by the
 * thread (all of them, not only those alive at once, and none of native memory) and five seconds.
 *
 * <p>Four kilobytes of gzip may be four megabytes of rows, each of which is garbage soon, and hooks
 * of Jazzer copy every long text. Of such inputs only time and the heap of the process are bounded.
 */
public final class Bounds {
  static final int SMALL = 4096;
  static final long MOST_ALLOCATED = 64L << 20;
  static final int LONGEST_MESSAGE = 2100;
  static final Duration LONGEST = Duration.ofSeconds(5);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Bounds() {}

  static void hold(Parser parser, byte[] input, Path folder) {
    Optional<String> excess = excess(parser, input, folder);
    if (excess.isPresent()) {
      // The first run also loads classes, and Jazzer rewrites them: that is not the parser's.
      excess = excess(parser, input, folder);
    }
    if (excess.isPresent() && input.length <= SMALL) {
      throw new AssertionError("%d bytes %s".formatted(input.length, excess.get()));
    }
  }

  /** Runs once, and says by how much it exceeds the bounds of a small input. */
  private static Optional<String> excess(Parser parser, byte[] input, Path folder) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    long started = System.nanoTime();
    try {
      parser.parse(input, folder);
    } catch (KulaException refusal) {
      requireMistake(parser.blames(), refusal);
    } catch (IOException failure) {
      throw new AssertionError("the fuzz test's own files", failure);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    long most = isZipped(input) ? Long.MAX_VALUE : MOST_ALLOCATED;
    if (allocated > most) {
      return Optional.of("made it allocate %d, at most %d are allowed".formatted(allocated, most));
    }
    if (took.compareTo(LONGEST) > 0) {
      return Optional.of(
          "took %d ms, at most %d are allowed".formatted(took.toMillis(), LONGEST.toMillis()));
    }
    return Optional.empty();
  }

  private static boolean isZipped(byte[] input) {
    return input.length > 1 && input[0] == 0x1f && input[1] == (byte) 0x8b;
  }

  /** Requires a refusal to blame who is to blame, in one readable line. */
  public static void requireMistake(Blame whose, KulaException refusal) {
    String message = String.valueOf(refusal.getMessage());
    if (refusal.blame() != whose) {
      throw new AssertionError("blames %s, not %s".formatted(refusal.blame(), whose), refusal);
    }
    if (message.isBlank()
        || message.length() > LONGEST_MESSAGE
        || message.codePoints().anyMatch(c -> Character.getType(c) == Character.CONTROL)) {
      throw new AssertionError("the message is not one readable line of text", refusal);
    }
  }
}
