package dev.kula.app;

import dev.kula.KulaException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Makes options of flags, and settings of what was given for them. Options take text, so that a
 * value is read and judged by its {@link Flag} wherever it comes from.
 */
final class FlagOptions {
  private static final String CONFIG = "--config";

  private FlagOptions() {}

  /** Declares {@code flags} and {@code --config} as options of {@code command}, by section. */
  static void declare(CommandSpec command, Set<Flag> flags) {
    int order = 0;
    for (Section section : Section.values()) {
      ArgGroupSpec.Builder group =
          ArgGroupSpec.builder()
              .validate(false)
              .order(order++)
              .heading("%n" + section.heading() + ":%n");
      boolean any = false;
      for (Flag flag : flags) {
        if (flag.section() == section) {
          group.addArg(option(flag));
          any = true;
        }
      }
      if (section == Section.RUN) {
        group.addArg(
            OptionSpec.builder(CONFIG)
                .type(Path.class)
                .paramLabel("FILE")
                .description(
                    "YAML file of settings, named as the flags are without their dashes;"
                        + " a flag overrides it.")
                .build());
        any = true;
      }
      if (any) {
        command.addArgGroup(group.build());
      }
    }
    command.usageMessage().sortOptions(false).abbreviateSynopsis(true);
  }

  /**
   * The flags that stand on the command line; not what a command reads itself under such a name.
   *
   * @throws KulaException the user's mistake, if one stands there twice
   */
  static Map<Flag, String> given(ParseResult parsed) {
    Map<Flag, String> given = new LinkedHashMap<>();
    for (Flag flag : Flag.values()) {
      if (parsed.hasMatchedOption(flag.option())
          && parsed.matchedOption(flag.option()).userObject() == null) {
        once(parsed, flag.option()).ifPresent(text -> given.put(flag, text));
      }
    }
    return given;
  }

  /** Picocli counts the repetitions of an option only outside of groups. */
  private static Optional<String> once(ParseResult parsed, String option) {
    if (!parsed.hasMatchedOption(option)) {
      return Optional.empty();
    }
    List<String> texts = parsed.matchedOption(option).originalStringValues();
    if (texts.size() > 1) {
      throw KulaException.user(
          "%s is given as %s, must be given once; remove the others"
              .formatted(option, String.join(" and as ", texts)));
    }
    return Optional.of(texts.getFirst());
  }

  /**
   * The settings in force: of the run that is resumed, else the defaults; over them the
   * configuration file; over that the command line.
   *
   * @throws KulaException the user's mistake
   */
  static RunSettings settings(ParseResult parsed, Runner runner) {
    return RunSettings.of(values(parsed, runner));
  }

  /**
   * Likewise, by key, without the defaults.
   *
   * @throws KulaException the user's mistake
   */
  static Map<String, Object> values(ParseResult parsed, Runner runner) {
    Map<String, Object> file =
        once(parsed, CONFIG).map(Path::of).map(ConfigurationFile::read).orElse(Map.of());
    Map<Flag, String> given = given(parsed);
    // Judged before anything else is looked up, so that a slip in a flag is what is reported.
    given.forEach(Flag::read);
    Map<String, Object> values = new LinkedHashMap<>();
    String resumed = given.getOrDefault(Flag.RESUME, (String) file.get(Flag.RESUME.key()));
    if (resumed != null) {
      values.putAll(runner.recorded(Path.of(resumed)));
    }
    Map<String, Object> told = new LinkedHashMap<>(file);
    given.forEach((flag, text) -> told.put(flag.key(), text));
    Object back = told.get(Flag.FROM_ROUND.key());
    if (back != null) {
      if (resumed == null) {
        throw KulaException.user(
            "--from-round is '%s', must come with the run to go back in; add --resume DIR"
                .formatted(back));
      }
      values.remove(Flag.OUT.key()); // a run that goes back goes on elsewhere
    }
    values.putAll(told);
    String scenario = (String) values.get(Flag.SCENARIO.key());
    if (scenario != null) {
      Preset.of(scenario).asMap().forEach(values::putIfAbsent);
    }
    return values;
  }

  private static OptionSpec option(Flag flag) {
    String text = flag.description();
    String normal = flag.defaultText().map(d -> " Default: " + d).orElse("");
    OptionSpec.Builder option =
        OptionSpec.builder(flag.option())
            // Of use to completion alone: a value is read as text, by its flag.
            .type(flag.valueLabel().equals("DIR") ? Path.class : String.class)
            .paramLabel(flag.valueLabel())
            // To picocli a description is a format.
            .description((text + normal).replace("%", "%%"));
    if (!flag.candidates().isEmpty()) {
      option.completionCandidates(flag.candidates());
    }
    return option.build();
  }

  /** All flags but these. */
  static Set<Flag> allBut(List<Flag> left) {
    return EnumSet.complementOf(EnumSet.copyOf(left));
  }
}
