package dev.kula.app.advice;

import dev.kula.KulaException;
import dev.kula.app.report.Page;
import dev.kula.app.report.ReportData;
import dev.kula.round.RunSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes {@code advice.html}, a {@link Page} beside the report. Stateless and thread safe. */
public final class AdvicePage {
  /** The page's name in the run directory. */
  public static final String FILE_NAME = "advice.html";

  private static final String SCRIPT = "advice.js";

  private AdvicePage() {}

  /** What the page's scripts find: what those of a report do, and the advice. */
  private record Content(
      RunSummary summary,
      List<ReportData.Curve> curves,
      List<ReportData.Details> details,
      Advice advice,
      String notPrivate) {}

  /**
   * Writes the page, whole or not at all.
   *
   * @param runs of which the advice was made
   * @throws KulaException RESOURCE if it cannot be written
   */
  public static void write(Path runDirectory, ReportData runs, Advice advice) {
    Page.write(
        runDirectory.resolve(FILE_NAME),
        "Kula advise: " + runs.summary().data().name(),
        List.of(
            Page.script("elements.js"),
            Page.script("drawings.js"),
            Page.script("page.js"),
            Page.script("charts.js"),
            Page.script("devices.js"),
            script(),
            Page.script("build.js")),
        new Content(runs.summary(), runs.curves(), List.of(), advice, Advice.NOT_PRIVATE));
  }

  private static String script() {
    try (InputStream in = AdvicePage.class.getResourceAsStream(SCRIPT)) {
      if (in == null) {
        throw KulaException.internal("'%s' is not packaged".formatted(SCRIPT));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
