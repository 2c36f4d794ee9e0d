package dev.kula.fuzz;

import dev.kula.KulaException.Blame;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A parser and what must hold of what it accepts; or a protocol of which the input is the script.
 */
@FunctionalInterface
public interface Parser {
  /**
   * Parses {@code input}, and checks the result if there is one, as by writing it and reading it
   * back. Throws what the parser throws, and {@link AssertionError} for a result that is not valid.
   *
   * @param input arbitrary
   * @param folder for files; may hold what an earlier call left there
   */
  void parse(byte[] input, Path folder) throws IOException;

  /** Whom a refusal blames: whoever wrote the input. */
  default Blame blames() {
    return Blame.USER;
  }
}
