package dev.kula.fuzz;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where Jazzer comes in: {@code --target_class} is this, {@code --target_args} a target's key and
 * the folder of its seeds.
 */
public final class ParserFuzzer {
  /** Set before the first input. */
  private static Target target = Target.NOTATION;

  private static Path folder = Path.of("");

  private ParserFuzzer() {}

  public static void fuzzerInitialize(String[] arguments) throws IOException {
    target = Target.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    folder = Files.createTempDirectory("kula-fuzz-" + target.key());
    warmUp(Path.of(arguments[1]));
  }

  /** Loads classes, which Jazzer rewrites for seconds, before anything is timed. */
  private static void warmUp(Path seeds) throws IOException {
    int refusals = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(seeds)) {
      for (Path file : files) {
        try {
          target.parse(Files.readAllBytes(file), folder);
        } catch (KulaException refused) {
          // As it should be; what is wrong is found again when it is run as an input.
          refusals++;
        }
      }
    }
    System.err.printf("%s: %d seeds are refused%n", target.key(), refusals);
  }

  public static void fuzzerTestOneInput(byte[] input) {
    target.run(input, folder);
  }
}
