package dev.kula.app;

import dev.kula.fuzz.Parser;
import dev.kula.store.Checkpoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A checkpoint of a command. Inputs that do not begin as a checkpoint get a sound header, with
 * their length and SHA-256, so that the fuzzer need not guess it. What is accepted must come back
 * as the same bytes when it is written, read and written.
 */
public final class StateParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path file = folder.resolve("checkpoint.cbor");
    boolean raw = input.length > 0 && input[0] == 'K';
    Files.write(file, raw ? input : framed(input));
    Path once = folder.resolve("once.cbor");
    Path twice = folder.resolve("twice.cbor");
    Record state = Checkpoints.read(file, CommandState.class).state();
    if (state == null) {
      throw new AssertionError("no state");
    }
    Checkpoints.write(once, state);
    Checkpoints.write(twice, Checkpoints.read(once, CommandState.class).state());
    if (!Arrays.equals(Files.readAllBytes(once), Files.readAllBytes(twice))) {
      throw new AssertionError("written again, it is another state");
    }
  }

  private static byte[] framed(byte[] body) {
    try {
      return ByteBuffer.allocate(52 + body.length)
          .put("KULACKPT".getBytes(StandardCharsets.US_ASCII))
          .putInt(1)
          .putLong(body.length)
          .put(MessageDigest.getInstance("SHA-256").digest(body))
          .put(body)
          .array();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
