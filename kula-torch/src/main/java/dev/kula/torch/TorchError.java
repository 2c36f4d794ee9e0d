package dev.kula.torch;

import java.util.List;

/** What libtorch says went wrong, on one line: its messages are pages long. */
final class TorchError {
  private static final String RUNTIME = "RuntimeError: ";
  private static final int LONGEST = 200;

  private TorchError() {}

  /** The reason in {@code failure}'s message. */
  static String reason(Throwable failure) {
    List<String> lines = String.valueOf(failure.getMessage()).lines().map(String::strip).toList();
    // An error inside a module comes under a trace of the module's source.
    String line =
        lines.stream()
            .filter(candidate -> candidate.startsWith(RUNTIME))
            .findFirst()
            .map(candidate -> candidate.substring(RUNTIME.length()))
            .orElse(lines.isEmpty() ? "" : lines.getFirst());
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }

  /** The reason of what caused {@code failure} in the first place. */
  static String rootReason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return reason(root);
  }
}
