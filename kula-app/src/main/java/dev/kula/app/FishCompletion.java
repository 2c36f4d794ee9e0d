package dev.kula.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completions of a command line for fish, which picocli has none for. */
final class FishCompletion {
  private static final int LONGEST = 70;

  private final List<String> lines = new ArrayList<>();

  private FishCompletion() {}

  /** A script, to be sourced. */
  static String script(CommandLine root) {
    FishCompletion completion = new FishCompletion();
    completion.lines.add("# fish completion of kula");
    completion.add(root, "__fish_use_subcommand", "");
    return String.join("\n", completion.lines) + "\n";
  }

  /**
   * Adds a command and those below it.
   *
   * @param bare when no command below it stands there yet
   * @param within when it stands there; empty for always
   */
  private void add(CommandLine command, String bare, String within) {
    Map<String, CommandLine> below = command.getSubcommands();
    below.forEach(
        (name, child) ->
            lines.add(
                "complete -c kula -f -n '%s' -a %s -d '%s'"
                    .formatted(
                        bare, name, first(child.getCommandSpec().usageMessage().description()))));
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (!option.inherited() && !option.hidden()) {
        lines.add(line(option, within));
      }
    }
    for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
      if (parameter.completionCandidates() != null) {
        lines.add(
            "complete -c kula -f -n '%s' -a '%s' -d '%s'"
                .formatted(bare, words(parameter), first(parameter.description())));
      }
    }
    below.forEach(
        (name, child) -> {
          String seen = "__fish_seen_subcommand_from " + name;
          String here = within.isEmpty() ? seen : within + "; and " + seen;
          String names = String.join(" ", child.getSubcommands().keySet());
          String none =
              names.isEmpty() ? here : here + "; and not __fish_seen_subcommand_from " + names;
          add(child, none, here);
        });
  }

  private static String line(OptionSpec option, String within) {
    StringBuilder line = new StringBuilder("complete -c kula");
    if (!within.isEmpty()) {
      line.append(" -n '").append(within).append("'");
    }
    for (String name : option.names()) {
      line.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
    }
    if (option.arity().max() > 0) {
      boolean isFile = option.type() == Path.class;
      line.append(isFile ? " -r -F" : " -x");
      if (option.completionCandidates() != null) {
        line.append(" -a '").append(words(option)).append("'");
      }
    }
    return line.append(" -d '").append(first(option.description())).append("'").toString();
  }

  private static String words(ArgSpec argument) {
    return String.join(
        " ", StreamSupport.stream(argument.completionCandidates().spliterator(), false).toList());
  }

  private static String first(String... description) {
    String text = description.length == 0 ? "" : description[0].replace("%%", "%");
    String line = text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    return line.replace("\\", "\\\\").replace("'", "\\'");
  }
}
