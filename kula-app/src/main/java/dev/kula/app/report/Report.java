package dev.kula.app.report;

import dev.kula.KulaException;
import dev.kula.store.RunReader;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code report.html} of a run that has ended, a {@link Page}.
 *
 * <p>The same run directory gives the same bytes. Stateless and thread safe.
 */
public final class Report {
  /** The report's name in the run directory. */
  public static final String FILE_NAME = "report.html";

  private static final List<String> SCRIPTS =
      List.of(
          "elements.js",
          "drawings.js",
          "page.js",
          "charts.js",
          "groups.js",
          "devices.js",
          "swaps.js",
          "sections.js",
          "build.js");

  private Report() {}

  /**
   * Reads {@code summary.json}, {@code rounds.jsonl} and {@code events.jsonl} of {@code
   * runDirectory} and writes the report beside them, whole or not at all.
   *
   * @return the report's path
   * @throws KulaException USER if there is no run, it has not ended or a file of it is broken;
   *     RESOURCE if the report cannot be written
   */
  public static Path write(Path runDirectory) {
    ReportData data = ReportData.of(RunReader.of(runDirectory));
    Path report = runDirectory.resolve(FILE_NAME);
    Page.write(report, title(data), SCRIPTS.stream().map(Page::script).toList(), data);
    return report;
  }

  private static String title(ReportData data) {
    return "Kula %s: %s".formatted(data.summary().command(), data.summary().data().name());
  }
}
