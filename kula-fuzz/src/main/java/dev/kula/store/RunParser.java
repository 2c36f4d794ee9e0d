package dev.kula.store;

import dev.kula.fuzz.Parser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The files of a run's directory. The first byte of the input says which: {@code r} rounds.jsonl,
 * {@code e} events.jsonl, anything else summary.json. Each record that is read must come back from
 * its own JSON.
 */
public final class RunParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path rounds = folder.resolve(RunDirectory.ROUNDS);
    Path events = folder.resolve(RunDirectory.EVENTS);
    int which = input.length == 0 ? 'r' : input[0];
    byte[] rest = input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
    Files.write(rounds, which == 'r' ? rest : new byte[0]);
    Files.write(events, which == 'e' ? rest : new byte[0]);
    RunReader reader = RunReader.of(folder);
    switch (which) {
      case 'r' -> reader.forEachRound(RunParser::requireSame);
      case 'e' -> reader.forEachEvent(logged -> requireSame(logged.event()));
      default -> {
        Files.write(folder.resolve(RunDirectory.SUMMARY), rest);
        requireSame(reader.summary());
      }
    }
  }

  private static void requireSame(Object value) {
    try {
      byte[] once = Json.MAPPER.writeValueAsBytes(value);
      Object again = Json.MAPPER.readValue(once, value.getClass());
      if (!Arrays.equals(once, Json.MAPPER.writeValueAsBytes(again))) {
        throw new AssertionError("%s came back as %s".formatted(value, again));
      }
    } catch (IOException refused) {
      throw new AssertionError("what was read cannot be written and read", refused);
    }
  }
}
