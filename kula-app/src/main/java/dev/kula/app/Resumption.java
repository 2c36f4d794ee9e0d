package dev.kula.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** How to go on with a run that was stopped. */
final class Resumption {
  /** What the directory of the run has, or that it is refused with {@code --resume}. */
  private static final Set<String> KNOWN = Set.of("--members");

  private Resumption() {}

  /**
   * The command line that resumes the run in {@code directory}: that of {@code stopped} without
   * what is among the settings of the run.
   */
  static String command(CommandLine stopped, Path directory) {
    List<String> words = new ArrayList<>();
    words.add(System.getProperty("kula.command", "kula"));
    words.add(stopped.getCommandName());
    for (OptionSpec option : stopped.getParseResult().matchedOptions()) {
      boolean isSetting = option.userObject() == null;
      if (!isSetting && !KNOWN.contains(option.longestName())) {
        words.addAll(words(option));
      }
    }
    words.add(Flag.RESUME.option());
    words.add(directory.toString());
    return words.stream().map(AdvicePlan::quoted).collect(Collectors.joining(" "));
  }

  private static List<String> words(OptionSpec option) {
    List<String> values = option.originalStringValues();
    if (option.arity().max() == 0 || values.isEmpty()) {
      return List.of(option.longestName());
    }
    return values.stream().map(value -> option.longestName() + "=" + value).toList();
  }
}
