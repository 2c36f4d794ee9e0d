package dev.kula.app;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A fenced block of a Markdown document.
 *
 * @param language after the fence; may be empty
 * @param line of the fence, from 1
 * @param onlyRead why nobody runs it, from the comment {@code <!-- only read: WHY -->} above it
 */
record Block(String language, String text, int line, Optional<String> onlyRead) {
  private static final Pattern FENCE =
      Pattern.compile(
          "(?ms)^(?:<!-- only read: ([^>]+) -->\\n)?```(\\w*)\\n(.*?)^```$", Pattern.UNIX_LINES);

  /** All blocks of a document. */
  static List<Block> of(String markdown) {
    return FENCE
        .matcher(markdown)
        .results()
        .map(
            fence ->
                new Block(
                    fence.group(2),
                    fence.group(3),
                    1 + (int) markdown.substring(0, fence.start(2) - 3).lines().count(),
                    Optional.ofNullable(fence.group(1))))
        .toList();
  }

  /** What is between blocks. */
  static String prose(String markdown) {
    return FENCE.matcher(markdown).replaceAll("");
  }
}
