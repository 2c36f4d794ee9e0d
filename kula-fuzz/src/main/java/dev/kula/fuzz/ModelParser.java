package dev.kula.fuzz;

import dev.kula.store.NamedModel;
import dev.kula.store.SafeTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A safetensors file. Where it begins with a brace, the eight bytes of the header's length are put
 * before it and the header ends at the first newline, so that the fuzzer need not guess lengths.
 * What is accepted must come back the same when it is written and read.
 */
final class ModelParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.write(file, input.length > 0 && input[0] == '{' ? framed(input) : input);
    SafeTensors.Contents read = SafeTensors.read(file);
    Path copy = folder.resolve("copy.safetensors");
    SafeTensors.write(copy, read.models(), read.metadata());
    SafeTensors.Contents again = SafeTensors.read(copy);
    if (!again.metadata().equals(read.metadata())
        || again.models().size() != read.models().size()) {
      throw new AssertionError("metadata or models differ");
    }
    for (int i = 0; i < read.models().size(); i++) {
      requireSame(read.models().get(i), again.models().get(i));
    }
  }

  private static void requireSame(NamedModel one, NamedModel other) {
    if (!one.prefix().equals(other.prefix())
        || !one.layout().equals(other.layout())
        || !Arrays.equals(bits(one), bits(other))) {
      throw new AssertionError("model '%s' differs".formatted(one.prefix()));
    }
  }

  private static int[] bits(NamedModel model) {
    int[] bits = new int[model.parameters().length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(model.parameters()[i]);
    }
    return bits;
  }

  static byte[] framed(byte[] input) {
    int end = 0;
    while (end < input.length && input[end] != '\n') {
      end++;
    }
    return ByteBuffer.allocate(Long.BYTES + input.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(Math.min(end + 1, input.length))
        .put(input)
        .array();
  }
}
