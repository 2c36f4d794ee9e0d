package dev.kula.app;

import dev.kula.audit.AuditReport;
import dev.kula.audit.AuditReport.Inversion;
import dev.kula.audit.AuditReport.Membership;
import dev.kula.audit.EpsilonBound;
import dev.kula.audit.Recovery;
import dev.kula.audit.RocCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An audit as tables, with what they come to below them. */
final class AuditTable {
  private static final double RARE = 0.01;
  private static final double VERY_RARE = 0.001;

  private final AuditReport report;

  AuditTable(AuditReport report) {
    this.report = report;
  }

  /** For a terminal. */
  String text() {
    return grids().stream().map(Grid::text).collect(Collectors.joining("\n"))
        + "\n"
        + String.join("\n", verdict())
        + "\n";
  }

  String markdown() {
    return grids().stream().map(Grid::markdown).collect(Collectors.joining("\n"))
        + "\n"
        + String.join("  \n", verdict())
        + "\n";
  }

  private List<Grid> grids() {
    List<Grid> grids = new ArrayList<>();
    grids.add(
        new Grid(
            "Membership: was it there? Rates in %, epsilon at one-sided 95 %",
            List.of(
                "release",
                "attack",
                "AUC",
                "TPR at 1 % FPR",
                "at 0.1 %",
                "ε at least",
                "if Gaussian",
                "ε at most"),
            report.memberships().stream().map(AuditTable::row).toList()));
    if (!report.inversions().isEmpty()) {
      grids.add(
          new Grid(
              "Inversion: what does it look like? Cosine of the closest pair",
              List.of(
                  "release", "trained on", "recovered", "cosine", "not there", "PSNR, dB", "found"),
              report.inversions().stream().map(AuditTable::row).toList()));
    }
    return grids;
  }

  private static List<String> row(Membership attacked) {
    RocCurve roc = attacked.scores().roc();
    return List.of(
        attacked.release().words(),
        attacked.attack().words(),
        Figures.percent(roc.area()),
        rate(attacked, roc, RARE),
        rate(attacked, roc, VERY_RARE),
        Figures.epsilon(attacked.bound().epsilon()),
        Figures.epsilon(attacked.bound().gaussianEpsilon()),
        Figures.epsilon(attacked.accountedEpsilon()));
  }

  /** With fewer others than that the rate cannot be told. */
  private static String rate(Membership attacked, RocCurve roc, double falsePositive) {
    return attacked.scores().others().length * falsePositive < 1
        ? "–"
        : Figures.percent(roc.truePositiveRate(falsePositive));
  }

  private static List<String> row(Inversion inverted) {
    Recovery recovery = inverted.recovery();
    return List.of(
        inverted.release().words(),
        inverted.setup().words(),
        inverted.embeddings() ? "embedding" : "record",
        decimals(3, recovery.cosine()),
        decimals(3, recovery.control()),
        decimals(1, recovery.psnr()),
        recovery.found() + " of " + recovery.samples());
  }

  private static String decimals(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private List<String> verdict() {
    List<String> lines = new ArrayList<>();
    for (Membership attacked : report.violations()) {
      lines.add(
          "VIOLATION: %s, %s: epsilon is at least %s, the account says at most %s."
              .formatted(
                  attacked.release().words(),
                  attacked.attack().words(),
                  Figures.epsilon(attacked.bound().epsilon()),
                  Figures.epsilon(attacked.accountedEpsilon())));
    }
    if (lines.isEmpty()) {
      lines.add("No attack shows more than the account allows.");
    }
    report.memberships().stream()
        .filter(attacked -> Double.isFinite(attacked.accountedEpsilon()))
        .filter(attacked -> ceiling(attacked) <= attacked.accountedEpsilon())
        .findFirst()
        .ifPresent(
            attacked ->
                lines.add(
                    "None could: so few trials show no epsilon above %s, the account allows %s. Use a smaller --epsilon or more --trials."
                        .formatted(
                            Figures.epsilon(ceiling(attacked)),
                            Figures.epsilon(attacked.accountedEpsilon()))));
    return lines;
  }

  /** What the trials would show of a mechanism that hides nothing; but for δ, which is small. */
  private static double ceiling(Membership attacked) {
    EpsilonBound.Counts counts = attacked.bound().counts();
    return new EpsilonBound.Counts(counts.hitTrials(), counts.hitTrials(), 0, counts.alarmTrials())
        .epsilon(0, EpsilonBound.CONFIDENCE);
  }
}
