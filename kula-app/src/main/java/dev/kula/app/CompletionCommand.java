package dev.kula.app;

import dev.kula.KulaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kula completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a script that lets a shell complete commands, flags, values and files.",
    footer = {
      "",
      "Examples:",
      "  source <(./kula completion bash)         # also in ~/.bashrc",
      "  source <(./kula completion zsh)          # in ~/.zshrc, after compinit",
      "  ./kula completion fish > ~/.config/fish/completions/kula.fish"
    })
final class CompletionCommand implements Callable<Integer> {
  /** Where the values of an option are written down. */
  private static final Pattern VALUES =
      Pattern.compile("(local )(\\w+)(_option_args=\\([^\\n]*\\) # --(?<option>[\\w-]+) values)");

  /** Where they are offered. */
  private static final Pattern USE =
      Pattern.compile(
          "('--(?<option>[\\w-]+)'\\)\\s+local IFS=\\S+\\s+COMPREPLY=\\( \\$\\( compReplyArray \"\\$\\{)"
              + "\\w+(_option_args)");

  private final Terminal terminal;
  private final Supplier<CommandLine> model;

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "bash, zsh or fish.")
  private String shell = "";

  /** What there is a script for. */
  static final class Shells extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Shells() {
      super(List.of("bash", "zsh", "fish"));
    }
  }

  /**
   * A command.
   *
   * @param model makes the command line to be completed, with all its flags
   */
  CompletionCommand(Terminal terminal, Supplier<CommandLine> model) {
    this.terminal = terminal;
    this.model = model;
  }

  @Override
  public Integer call() {
    String script =
        switch (shell) {
          // Zsh runs the one for bash, which says so to it.
          case "bash", "zsh" -> toldApart(AutoComplete.bash("kula", model.get())) + files();
          case "fish" -> FishCompletion.script(model.get());
          default ->
              throw KulaException.user(
                  "SHELL is '%s', must be one of %s; %s"
                      .formatted(
                          shell,
                          String.join(", ", new Shells()),
                          Suggestion.closest(shell, new Shells())
                              .map(near -> "did you mean " + near + "?")
                              .orElse("choose one")));
        };
    terminal.out().print(script);
    return Kula.DONE;
  }

  /**
   * Picocli names the values of an option after its label, so that of two with one label the values
   * of the second are offered for both. Here they are named after the option.
   */
  private static String toldApart(String script) {
    String named = VALUES.matcher(script).replaceAll(CompletionCommand::named);
    return USE.matcher(named).replaceAll(CompletionCommand::named);
  }

  /** What a pattern found, with the option's own name where its label was. */
  private static String named(MatchResult found) {
    String variable = found.group("option").replace('-', '_');
    return Matcher.quoteReplacement(found.group(1) + variable + found.group(3));
  }

  /** What completes files behind a colon, which picocli does not. */
  private static String files() {
    try (InputStream in = CompletionCommand.class.getResourceAsStream("completion.bash")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
