package dev.kula;

import java.util.regex.Pattern;

/** Text of others, who may have put anything into it, for people to read in a line. Stateless. */
public final class OneLine {
  /** Control characters, and what Unicode takes for the end of a line or paragraph. */
  private static final Pattern BREAKS = Pattern.compile("[\\p{Cc}\\x{2028}\\x{2029}]+");

  /** Characters of a line; of a longer one the middle is left out, for the end has the remedy. */
  private static final int LONGEST = 2000;

  private static final int END = 400;

  private OneLine() {}

  /** The text without control characters, which become blanks, and of at most 2003 characters. */
  public static String of(String text) {
    String line =
        text.length() <= LONGEST
            ? text
            : text.substring(0, LONGEST - END) + " … " + text.substring(text.length() - END);
    return BREAKS.matcher(line).replaceAll(" ");
  }
}
