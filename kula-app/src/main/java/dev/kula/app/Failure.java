package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on standard error and an exit code. */
final class Failure {
  private final Terminal terminal;

  Failure(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A command line that picocli could not make sense of. */
  int report(ParameterException mistake) {
    return end(message(mistake), Kula.USER_MISTAKE);
  }

  /**
   * Anything that a command threw.
   *
   * @param stackTrace whether to print the stack trace of what is not the user's mistake
   */
  int report(Throwable thrown, boolean stackTrace) {
    if (thrown instanceof KulaException known && known.blame() == Blame.USER) {
      return end(String.valueOf(known.getMessage()), Kula.USER_MISTAKE);
    }
    int code = end(complaint(thrown, stackTrace), Kula.FAILED);
    if (stackTrace) {
      terminal.err().print(stackTrace(thrown));
    }
    return code;
  }

  /** A run that ended because its operator wanted it to; says how to go on. */
  int report(Halt wanted, CommandLine command) {
    return end(
        "%s; go on with %s"
            .formatted(wanted.getMessage(), Resumption.command(command, wanted.directory())),
        wanted.exitCode());
  }

  private static String complaint(Throwable thrown, boolean stackTrace) {
    if (thrown instanceof KulaException known && known.blame() != Blame.INTERNAL) {
      return String.valueOf(known.getMessage());
    }
    String what = thrown instanceof KulaException ? thrown.getMessage() : thrown.toString();
    return machine(thrown)
        .orElseGet(
            () ->
                "internal error: %s; please report it with %s"
                    .formatted(what, stackTrace ? "the lines below" : saved(thrown)));
  }

  /** What the machine lacks, if that is what {@code thrown} says. */
  private static Optional<String> machine(Throwable thrown) {
    if (thrown instanceof OutOfMemoryError) {
      return Optional.of(
          "memory is used up, heap is %d MB; raise it with KULA_JAVA_OPTIONS=-Xmx8g or use fewer"
                  .formatted(Runtime.getRuntime().maxMemory() >> 20)
              + " --threads");
    }
    Throwable cause =
        thrown instanceof UncheckedIOException unchecked && unchecked.getCause() != null
            ? unchecked.getCause()
            : thrown;
    if (cause instanceof FileSystemException file) {
      String reason =
          file.getReason() == null ? cause.getClass().getSimpleName() : file.getReason();
      return Optional.of(
          "%s: %s; check the disk and who may write".formatted(file.getFile(), reason));
    }
    if (cause instanceof IOException) {
      return Optional.of(
          "input or output failed: %s; check the disk".formatted(cause.getMessage()));
    }
    return Optional.empty();
  }

  /** One line for people, and for programs that asked for it a document. */
  private int end(String message, int exitCode) {
    String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
    boolean wrong = exitCode == Kula.USER_MISTAKE || exitCode == Kula.FAILED;
    String name = wrong ? terminal.complaints().red("kula:") : "kula:";
    terminal.err().println(name + " " + line);
    if (terminal.json()) {
      terminal.result(() -> new Document.Failed(line, exitCode), () -> "");
    }
    return exitCode;
  }

  private static String saved(Throwable thrown) {
    try {
      Path file = Files.createTempFile("kula-error-", ".txt");
      Files.writeString(file, stackTrace(thrown));
      return file.toString();
    } catch (IOException e) {
      return "what --stacktrace prints";
    }
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static String message(ParameterException mistake) {
    CommandLine command = mistake.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    if (mistake instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched.getUnmatched().getFirst(), command);
    }
    if (mistake instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      ArgSpec argument = missing.getMissing().getFirst();
      String rule =
          argument.required() ? "is left out, must be given" : "has no value, must have one";
      return "%s %s; see %s --help".formatted(named(argument), rule, name);
    }
    if (!command.getSubcommands().isEmpty()) {
      return "no command is given, must be one of %s; see %s --help"
          .formatted(String.join(", ", command.getSubcommands().keySet()), name);
    }
    if (mistake instanceof OverwrittenOptionException twice) {
      return "%s is given twice, must be given once; remove one"
          .formatted(named(twice.getOverwritten()));
    }
    return "%s; see %s --help".formatted(mistake.getMessage(), name);
  }

  private static String unmatched(String typed, CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    boolean option = typed.startsWith("-");
    String word = option ? typed.replaceFirst("=.*", "") : typed;
    Set<String> known =
        option ? command.getCommandSpec().optionsMap().keySet() : command.getSubcommands().keySet();
    String kind = option ? "an option" : known.isEmpty() ? "an argument" : "a command";
    String remedy =
        Suggestion.closest(word, known)
            .map(near -> "did you mean " + near + "?")
            .orElseGet(() -> "see %s --help".formatted(name));
    return "'%s' is not %s of %s; %s".formatted(word, kind, name, remedy);
  }

  private static String named(ArgSpec argument) {
    return argument instanceof CommandLine.Model.OptionSpec option
        ? option.longestName()
        : argument.paramLabel();
  }
}
