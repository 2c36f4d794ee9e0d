package dev.kula.app.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.app.advice.Advice;
import dev.kula.app.advice.AdvicePage;
import dev.kula.app.advice.Verdict;
import dev.kula.store.RunReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens reports in Chromium, where it is installed, and looks at what it made of them. */
@Tag("slow")
class ReportInBrowserTest {
  @TempDir private Path root;

  @Test
  void everySectionOfASimulationIsDrawn() throws IOException, InterruptedException {
    Path run = root.resolve("run");
    FakeRun.usual().simulate(run);
    String page = rendered(run);
    assertSections(
        page,
        "curves",
        "accuracy",
        "labels",
        "graph",
        "differences",
        "standing",
        "orders",
        "bytes",
        "settings",
        "notes");
    assertFalse(page.contains("id=\"groups\""), "nobody searched");
    assertFalse(page.contains("id=\"changes\""), "nothing changed");
    assertEquals(8, count(page, "<svg [^>]*baseProfile=\"full\""), "charts");
    assertFalse(page.contains("class=\"empty\""), "a full run leaves no section empty");
  }

  @Test
  void everySectionOfAComparisonIsDrawn() throws IOException, InterruptedException {
    Path run = root.resolve("run");
    FakeRun.usual().compare(run);
    String page = rendered(run);
    assertSections(page, "methods", "curves", "bytes", "which", "accuracy", "graph", "notes");
    assertTrue(page.contains("not shown to differ"));
  }

  @Test
  void groupsAndChangesAreDrawnWhereThereAreSome() throws IOException, InterruptedException {
    Path run = root.resolve("run");
    FakeRun.usual().drift(run);
    String page = rendered(run);
    assertSections(page, "changes", "groups");
    assertEquals(7, count(page, "<svg [^>]*baseProfile=\"full\""), "charts");
    assertTrue(page.contains("groups help in trials."));
    assertTrue(page.contains("2 of 3"), "seeds with groups");
    assertTrue(page.contains("ratings without an order, or beyond it (6×)"));
  }

  @Test
  void hostileNamesStayText() throws IOException, InterruptedException {
    String hostile = "<img src=x onerror=\"document.title='owned'\"></script>";
    Path run = root.resolve("run");
    new FakeRun(3, 10, List.of(hostile, "b"), i -> hostile + i).simulate(run);
    String page = rendered(run);
    assertFalse(page.contains("<img"));
    assertFalse(page.contains("<title>owned"));
  }

  @Test
  void aRunWithoutSwapsSaysWhySectionsAreEmpty() throws IOException, InterruptedException {
    Path run = root.resolve("run");
    FakeRun.usual().plain(run);
    String page = rendered(run);
    assertTrue(page.contains("FedAvg + fine-tune orders no swaps."));
    assertTrue(page.contains("no profiles were compared"));
  }

  @Test
  void everySectionOfAnAdviceIsDrawn() throws IOException, InterruptedException {
    Path run = root.resolve("run");
    FakeRun.usual().compare(run);
    ReportData data = ReportData.of(RunReader.of(run));
    String method = data.summary().methods().getFirst().name();
    Advice.Interval gain = new Advice.Interval(0.02, 0.01, 0.03);
    Advice.Interval nothing = new Advice.Interval(0, 0, 0);
    AdvicePage.write(
        run,
        data,
        new Advice(
            "about <b>",
            List.of(new Advice.Answer("groups", Verdict.CANNOT_TELL, "who <i>knows</i>")),
            List.of(new Advice.Line(method, 0.5, null, gain, 1000, Double.POSITIVE_INFINITY, 3)),
            List.of(
                new Advice.Device("d1", 10, gain, nothing, gain),
                new Advice.Device("d2", 20, gain, nothing, gain)),
            method,
            method,
            "why",
            "./kula simulate"));
    String page = renderedPage(run.resolve(AdvicePage.FILE_NAME));
    assertSections(page, "answers", "lines", "gains", "curves", "labels");
    assertTrue(page.contains("cannot tell") && page.contains("who &lt;i&gt;knows"));
    assertTrue(page.contains("No device came out differently"), "a plot of zeros says so");
    assertEquals(4, count(page, "<svg [^>]*baseProfile=\"full\""), "charts");
  }

  private static void assertSections(String page, String... ids) {
    for (String id : ids) {
      assertTrue(page.contains("id=\"" + id + "\""), "no section " + id);
    }
  }

  private static int count(String page, String pattern) {
    return page.split(pattern, -1).length - 1;
  }

  /** The page as the browser sees it after its scripts ran without an error. */
  private String rendered(Path run) throws IOException, InterruptedException {
    return renderedPage(Report.write(run));
  }

  private String renderedPage(Path written) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "chromium"))),
        () -> {
          System.out.println("ReportInBrowserTest skipped: chromium is not installed");
          return "chromium is not installed";
        });
    Path output = root.resolve("dom.html");
    Process browser =
        new ProcessBuilder(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--window-size=1200,2000",
                "--user-data-dir=" + root.resolve("profile"),
                "--dump-dom",
                written.toUri().toString())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean ended = browser.waitFor(60, TimeUnit.SECONDS);
    if (!ended) {
      browser.destroyForcibly();
    }
    assertTrue(ended, "the browser took more than a minute");
    String page =
        Files.readString(output, StandardCharsets.UTF_8).replaceAll("(?s)<script.*?</script>", "");
    assertTrue(page.contains("data-ready=\"true\""), "the scripts did not come to their end");
    assertTrue(page.contains("<div id=\"failure\" hidden"), "a script failed");
    return page;
  }
}
