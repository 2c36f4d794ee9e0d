package dev.kula.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The {@code kula} command lines of a document, and what in them no command has. */
final class CommandLines {
  /** Not a label of the protocol, such as {@code kula sealed message 1}. */
  private static final Pattern SPAN =
      Pattern.compile("`(?!kula [a-z ]+ \\d`)((?:\\./)?kula [^`\\n]+)`");

  private static final Pattern KULA = Pattern.compile("(?:.*/)?kula");

  /** What a shell line may have before its command. */
  private static final Pattern BEFORE =
      Pattern.compile("do|then|else|if|while|until|!|\\{|\\$|sudo|nice|time|exec|\\w+=.*");

  /** What stands for something that the reader fills in. */
  private static final Pattern LEFT_OUT = Pattern.compile("…|\\.\\.\\.|\\$.*");

  /** What the script does itself. */
  private static final Set<String> OF_THE_SCRIPT = Set.of("jshell", "class-path");

  /** Declaring all flags takes longer than reading a line, so it is done once. */
  private static final CommandLine LENIENT = lenient();

  private CommandLines() {}

  /**
   * The arguments of each call of kula in a document, in blocks of a shell and in spans of code.
   */
  static List<List<String>> of(String markdown) {
    List<List<String>> calls = new ArrayList<>();
    for (Block block : Block.of(markdown)) {
      if (Set.of("sh", "console").contains(block.language())) {
        calls.addAll(calls(block.text()));
      }
    }
    Matcher span = SPAN.matcher(Block.prose(markdown));
    while (span.find()) {
      calls.addAll(calls(span.group(1)));
    }
    return calls;
  }

  /** The arguments of each call of kula in a script. */
  static List<List<String>> calls(String shell) {
    List<List<String>> calls = new ArrayList<>();
    for (List<String> words : commands(shell.replace("\\\n", " "))) {
      List<String> rest = words.stream().dropWhile(word -> BEFORE.matcher(word).matches()).toList();
      if (!rest.isEmpty() && KULA.matcher(rest.getFirst()).matches()) {
        calls.add(
            rest.stream()
                .skip(1)
                .map(word -> word.replaceAll("^\\[|\\]$", "")) // what may be left out
                .filter(word -> !word.isEmpty())
                .toList());
      }
    }
    return calls;
  }

  /** The words of each command, as a shell divides them; what is within quotes is left as it is. */
  private static List<List<String>> commands(String shell) {
    List<List<String>> commands = new ArrayList<>();
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = 0;
    boolean comment = false;
    for (char c : (shell + "\n").toCharArray()) {
      if (comment && c != '\n') {
        continue;
      }
      comment = false;
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '#' && word.isEmpty()) {
        comment = true;
      } else if ("|&;<>()\n \t".indexOf(c) < 0) {
        word.append(c);
      } else {
        // A number before > is no word, but says which stream.
        if (!word.isEmpty() && !(c == '>' && word.toString().matches("\\d"))) {
          words.add(word.toString());
        }
        word.setLength(0);
        if (!Character.isWhitespace(c) || c == '\n') {
          commands.add(words);
          words = new ArrayList<>();
        }
      }
    }
    return commands;
  }

  /** The words in a call that no command and no flag is named by. */
  static synchronized List<String> unknown(List<String> call) {
    if (call.isEmpty()
        || OF_THE_SCRIPT.contains(call.getFirst())
        || call.getFirst().equals("COMMAND")) {
      return List.of();
    }
    return unmatched(LENIENT.parseArgs(call.toArray(String[]::new)))
        .filter(word -> !LEFT_OUT.matcher(word).matches())
        .distinct()
        .toList();
  }

  private static CommandLine lenient() {
    CommandLine command = Reference.commandLine();
    command.setUnmatchedArgumentsAllowed(true);
    command.setOverwrittenOptionsAllowed(true);
    collectErrors(command);
    return command;
  }

  private static void collectErrors(CommandLine command) {
    command.getCommandSpec().parser().collectErrors(true);
    command.getSubcommands().values().forEach(CommandLines::collectErrors);
  }

  private static Stream<String> unmatched(ParseResult parsed) {
    return Stream.concat(
        parsed.unmatched().stream(),
        parsed.subcommands().stream().flatMap(CommandLines::unmatched));
  }
}
