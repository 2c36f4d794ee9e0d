package dev.kula.app;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code kula compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Runs several methods on the same split, with the same seeds, base data and tuning, and sets"
          + " the results side by side.",
      "Strategy, personalisation and policy are each method's own; --strategy fedprox:MU (or"
          + " fedavgm:BETA, fedadam:ETA, fedyogi:ETA), --personalization ditto:LAMBDA, --policy"
          + " static:B and --clusters K tune the methods fedprox (and so on), ditto, static and ifca."
    },
    footer = {
      "",
      "Examples:",
      "  kula compare --seeds 5 --target local",
      "  kula compare --methods fine-tune,random,deficit --markdown table.md"
    })
final class CompareCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  @Spec private CommandSpec spec;
  @Mixin private StoreOptions store = new StoreOptions();

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Also write the tables to FILE, in Markdown.")
  private @Nullable Path markdown;

  CompareCommand(Runner runner, Terminal terminal) {
    this.runner = runner;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    ParseResult parsed = spec.commandLine().getParseResult();
    RunSettings settings = FlagOptions.settings(parsed, runner);
    refuseWhatMethodsSet(FlagOptions.given(parsed));
    MarkdownFile.refuseUnwritable(markdown);
    Runner.Finished finished = runner.compare(settings, store.open(), terminal);
    ResultTable table = ResultTable.of(finished.summary());
    if (markdown != null) {
      Files.writeString(markdown, table.markdown());
    }
    table.show(finished, terminal);
    return Kula.DONE;
  }

  /** A flag that would silently do nothing is a mistake. */
  private static void refuseWhatMethodsSet(Map<Flag, String> given) {
    for (Flag flag : List.of(Flag.STRATEGY, Flag.PERSONALIZATION, Flag.POLICY, Flag.GROUPS)) {
      String text = given.getOrDefault(flag, "");
      boolean tunesAMethod = text.contains(":") || text.equals("fedprox");
      if (given.containsKey(flag)
          && !tunesAMethod
          && !text.equals(flag.defaultText().orElseThrow())) {
        throw KulaException.user(
            "%s is '%s', must be left to each method in kula compare; remove it, pick methods with"
                    .formatted(flag.option(), text)
                + " --methods, or use kula simulate");
      }
    }
  }
}
