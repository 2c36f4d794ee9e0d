package dev.kula.app;

import dev.kula.KulaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
          case "bash", "zsh" -> AutoComplete.bash("kula", model.get());
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
}
