package dev.kula.app.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
                Report.write(run).toUri().toString())
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
