package dev.kula.app;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;

/** What {@code docs/reference.md} has to say: all commands and flags, as the code declares them. */
final class Reference {
  private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{env:(\\w+)");
  private static final Pattern HTML = Pattern.compile("[<>]");

  /** Commands whose examples need other processes, on other machines. */
  private static final Set<String> OF_A_FLEET =
      Set.of(
          "orchestrate",
          "monitor",
          "device",
          "gateway",
          "aggregate",
          "audit-trail",
          "pki",
          "doctor");

  private static final String HEAD =
      """
      # Reference of commands and flags

      Made from the code by `ReferenceTest`, which fails when this page is out of date and says how to make it anew. Files of a run are in [formats](formats.md), words in the [glossary](glossary.md), and the [README](../README.md) says what belongs together.

      A flag stands on the command line, or without its dashes as a key of the YAML file that `--config` names; the command line overrides the file. A mistake is one line that says what, the value, the rule and a remedy, and exit code 2.

      """;

  private final StringBuilder text = new StringBuilder();

  private Reference() {}

  /** The page. */
  static String page() {
    Reference page = new Reference();
    page.add(commandLine());
    return page.text.toString().stripTrailing() + "\n";
  }

  /** Every command with every flag; none is run. */
  static CommandLine commandLine() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Kula(new LocalRunner(Interruption.Answer.NONE), Terminal.of(nowhere, nowhere))
        .commandLine();
  }

  private void add(CommandLine root) {
    text.append(HEAD).append("## Commands\n\n| command | what it does |\n|:--|:--|\n");
    List<CommandLine> commands = commands(root).toList();
    for (CommandLine command : commands) {
      String name = command.getCommandSpec().qualifiedName();
      text.append("| [`%s`](#%s) | %s |\n".formatted(name, name.replace(' ', '-'), first(command)));
    }
    text.append("\nEach takes `--help`, `--version` and `--stacktrace`, too.\n\n");
    commands.forEach(this::addCommand);
    addSettings();
  }

  /** Those that do something, and those below them. */
  private static Stream<CommandLine> commands(CommandLine command) {
    return command.getSubcommands().values().stream()
        .distinct()
        .flatMap(below -> Stream.concat(Stream.of(below), commands(below)));
  }

  /** The first sentence. */
  private static String first(CommandLine command) {
    return about(command).replaceFirst("(?<=\\.) [A-Z].*", "");
  }

  private static String about(CommandLine command) {
    return cell(String.join(" ", command.getCommandSpec().usageMessage().description()));
  }

  private void addCommand(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    text.append("### %s\n\n%s\n\n".formatted(spec.qualifiedName(), about(command)));
    List<String> rows = new ArrayList<>();
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      rows.add(row(argument.paramLabel(), String.join(" ", argument.description())));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden() && flag(option).isEmpty() && !isCommon(option)) {
        rows.add(row(named(option), meaning(option)));
      }
    }
    if (!rows.isEmpty()) {
      text.append("| | meaning |\n|:--|:--|\n").append(String.join("", rows)).append('\n');
    }
    addFlags(spec);
    List<String> examples =
        Arrays.stream(spec.usageMessage().footer())
            .filter(line -> line.startsWith("  "))
            .map(String::strip)
            .toList();
    if (!examples.isEmpty()) {
      if (OF_A_FLEET.contains(spec.name())) {
        text.append("<!-- only read: several machines -->\n");
      }
      text.append("```console\n").append(String.join("\n", examples)).append("\n```\n\n");
    }
  }

  private void addFlags(CommandSpec spec) {
    List<Flag> taken =
        spec.options().stream().map(Reference::flag).flatMap(Optional::stream).toList();
    if (taken.isEmpty()) {
      return;
    }
    List<Flag> left = Arrays.stream(Flag.values()).filter(f -> !taken.contains(f)).toList();
    boolean most = left.size() < taken.size();
    text.append("Takes `--config` and ")
        .append(most ? "all [settings of a run]" : "of the [settings of a run]")
        .append("(#settings-of-a-run)")
        .append(left.isEmpty() ? "" : (most ? " but " : " ") + listed(most ? left : taken))
        .append(".\n\n");
  }

  private static String listed(List<Flag> flags) {
    return flags.stream().map(flag -> "`" + flag.option() + "`").collect(Collectors.joining(", "));
  }

  private void addSettings() {
    text.append("## Settings of a run\n\n");
    for (Section section : Section.values()) {
      text.append(
          "### %s\n\n| flag | default | must be | meaning |\n|:--|:--|:--|:--|\n"
              .formatted(section.heading()));
      for (Flag flag : Flag.values()) {
        if (flag.section() == section) {
          text.append(
              "| `%s %s` | %s | %s | %s |\n"
                  .formatted(
                      flag.option(),
                      flag.valueLabel(),
                      normal(flag),
                      cell(flag.words()),
                      cell(flag.description())));
        }
      }
      text.append('\n');
    }
  }

  private static String normal(Flag flag) {
    return flag == Flag.THREADS
        ? "one a core"
        : flag.defaultText().map(text -> "`" + text + "`").orElse("–");
  }

  private static Optional<Flag> flag(OptionSpec option) {
    return option.userObject() == null
        ? Flag.withKey(option.longestName().replaceFirst("^--", ""))
        : Optional.empty();
  }

  private static boolean isCommon(OptionSpec option) {
    return List.of("--help", "--version", "--stacktrace", "--config")
        .contains(option.longestName());
  }

  private static String named(OptionSpec option) {
    String name = String.join("`, `", option.names());
    return option.arity().max() == 0 ? name : name + " " + option.paramLabel();
  }

  private static String meaning(OptionSpec option) {
    String text = String.join(" ", option.description()).replace("%%", "%");
    return environment(option).map(name -> text + " Or `" + name + "`.").orElse(text);
  }

  /** The environment variable that stands for it. */
  private static Optional<String> environment(OptionSpec option) {
    if (option.userObject() instanceof Field field && field.isAnnotationPresent(Option.class)) {
      Matcher variable = ENVIRONMENT.matcher(field.getAnnotation(Option.class).defaultValue());
      return variable.find() ? Optional.of(variable.group(1)) : Optional.empty();
    }
    return Optional.empty();
  }

  private static String row(String name, String meaning) {
    return "| `%s` | %s |\n".formatted(name, cell(meaning));
  }

  private static String cell(String text) {
    String escaped = text.replace("|", "\\|").replace("*", "\\*");
    return HTML.matcher(escaped).replaceAll(sign -> sign.group().equals("<") ? "&lt;" : "&gt;");
  }
}
