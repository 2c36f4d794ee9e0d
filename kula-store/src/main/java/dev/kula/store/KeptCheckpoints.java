package dev.kula.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints that stay, by their rounds, so that one can go back to them: {@code
 * checkpoint.ROUND.cbor} beside the last one. Stateless.
 */
public final class KeptCheckpoints {
  private static final Pattern NAME = Pattern.compile("checkpoint\\.([1-9]\\d{0,8})\\.cbor");

  private KeptCheckpoints() {}

  /** Name of the file of a round. */
  public static String name(int round) {
    return "checkpoint.%d.cbor".formatted(round);
  }

  /** The rounds of which {@code directory} keeps one, in order. */
  public static List<Integer> rounds(Path directory) {
    List<Integer> rounds = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "checkpoint.*.cbor")) {
      for (Path file : files) {
        Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          rounds.add(Integer.valueOf(name.group(1)));
        }
      }
    } catch (IOException failure) {
      throw AtomicFile.cannotRead(directory, failure);
    }
    rounds.sort(null);
    return rounds;
  }

  /** Removes those of later rounds than {@code last}, whose lines go as well. */
  public static void dropAfter(RunDirectory directory, int last) {
    for (int round : rounds(directory.path())) {
      if (round > last) {
        Path file = directory.file(name(round));
        try {
          Files.deleteIfExists(file);
        } catch (IOException failure) {
          throw AtomicFile.cannotWrite(file, failure);
        }
      }
    }
  }
}
