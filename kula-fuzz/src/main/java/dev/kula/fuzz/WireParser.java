package dev.kula.fuzz;

import dev.kula.KulaException.Blame;
import dev.kula.wire.JobCodec;
import dev.kula.wire.SettingsCodec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * What processes of a live fleet send each other. The first byte of the input says what the rest is
 * taken for: a job, a result or settings. What is accepted must, written and read again, be written
 * as the same bytes: not as those of the input, for fields may come in any order.
 */
final class WireParser implements Parser {
  @Override
  public Blame blames() {
    return Blame.REMOTE;
  }

  @Override
  public void parse(byte[] input, Path folder) {
    if (input.length == 0) {
      return;
    }
    UnaryOperator<byte[]> again =
        switch ((input[0] & 0xff) % 3) {
          case 0 -> bytes -> JobCodec.encode(JobCodec.decodeJob(bytes));
          case 1 -> bytes -> JobCodec.encode(JobCodec.decodeResult(bytes));
          default -> bytes -> SettingsCodec.encode(SettingsCodec.decode(bytes));
        };
    byte[] written = again.apply(Arrays.copyOfRange(input, 1, input.length));
    if (!Arrays.equals(written, again.apply(written))) {
      throw new AssertionError("written again, it is another one");
    }
  }
}
