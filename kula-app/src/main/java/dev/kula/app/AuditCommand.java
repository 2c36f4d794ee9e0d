package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.audit.AuditReport;
import dev.kula.audit.AuditSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kula audit}. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Attacks what a device releases and sets what comes of it beside what its account says.",
      "Each release is audited alone, with the whole of --epsilon for it. Exit code 1 if an attack"
          + " shows more than the account allows."
    },
    footer = {
      "",
      "Examples:",
      "  kula audit",
      "  kula audit --protect all --privacy-unit record --epsilon 2 --trials 2000",
      "  kula audit --exchange raw --markdown audit.md"
    })
final class AuditCommand implements Callable<Integer> {
  private static final Rule<Integer> TRIALS = Rule.wholeNumber(AuditSettings.FEWEST, 1_000_000);

  private final Runner runner;
  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "400",
      description =
          "Releases of each kind that are attacked, half of them with the canary. More show a"
              + " larger epsilon. Default: ${DEFAULT-VALUE}")
  private String trials = "400";

  @Option(
      names = "--exchange",
      paramLabel = "MODE",
      description =
          "Only swaps of this mode beside updates: visit, whole-visit, synthetic, raw or cheapest"
              + " (raw and visit). Default: all")
  private @Nullable String exchange;

  @Option(
      names = "--protect",
      paramLabel = "WHAT",
      description =
          "Only updates and visits as this leaves them: none and profiles without noise, all with"
              + " it. By default both.")
  private @Nullable String protect;

  @Option(
      names = "--privacy-unit",
      paramLabel = "UNIT",
      description = "Only noised updates of this unit: record or device. By default both.")
  private @Nullable String unit;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Also write the tables to FILE, in Markdown.")
  private @Nullable Path markdown;

  AuditCommand(Runner runner, Terminal terminal) {
    this.runner = runner;
    this.terminal = terminal;
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    RunSettings settings = FlagOptions.settings(spec.commandLine().getParseResult(), runner);
    AuditPlan plan = AuditPlan.of(trials(), exchange, protect, unit);
    MarkdownFile.refuseUnwritable(markdown);
    AuditReport report = runner.audit(settings, plan, terminal);
    AuditTable table = new AuditTable(report);
    if (markdown != null) {
      Files.writeString(markdown, table.markdown());
    }
    terminal.result(() -> Document.Audited.of(report), table::text);
    return report.violations().isEmpty() ? Kula.DONE : Kula.FAILED;
  }

  private int trials() {
    return TRIALS
        .read(trials)
        .orElseThrow(
            () ->
                KulaException.user(
                    "--trials is '%s', must be %s; try --trials 400"
                        .formatted(trials, TRIALS.words())));
  }
}
