package dev.kula.app;

import dev.kula.KulaException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula privacy}. */
@Command(
    name = "privacy",
    mixinStandardHelpOptions = true,
    description = {
      "Plans a device's privacy account: what a run would release, at what price, under how much"
          + " noise.",
      "Nothing is trained unless --measure is given."
    },
    footer = {
      "",
      "Examples:",
      "  kula privacy --protect all --epsilon 4 --rounds 20",
      "  kula privacy --protect all --model softmax --batch 256 --measure 3"
    })
final class PrivacyCommand implements Callable<Integer> {
  private final Runner runner;
  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Option(
      names = "--measure",
      paramLabel = "N",
      description =
          "Also train with this noise and without any, with N seeds from --seed on, and say what it"
              + " costs in accuracy.")
  private int seeds;

  PrivacyCommand(Runner runner, Terminal terminal) {
    this.runner = runner;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    if (seeds < 0 || seeds > 1000) {
      throw KulaException.user(
          "--measure is '%d', must be a number of seeds from 0 to 1000; try --measure 3"
              .formatted(seeds));
    }
    runner.plan(settings, seeds, terminal);
    return Kula.DONE;
  }
}
