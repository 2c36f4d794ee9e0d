package dev.kula.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The machine's own Chromium, without a window. It notes what pages complain of, and ask for. */
final class Chromium implements AutoCloseable {
  private final Playwright playwright;
  private final Browser browser;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** Skips the test, and says so, where there is no Chromium. */
  static Chromium start() {
    Optional<Path> program =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "chromium"))
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        program.isPresent(),
        () -> {
          System.out.println("skipped: chromium is not installed");
          return "chromium is not installed";
        });
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    return new Chromium(
        playwright,
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program.orElseThrow())
                    .setArgs(List.of("--no-sandbox", "--disable-gpu"))));
  }

  /** A page in a window of its own. */
  Page page(int width, ColorScheme scheme) {
    BrowserContext window =
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, 900).setColorScheme(scheme));
    Page page = window.newPage();
    page.setDefaultTimeout(20_000);
    page.onPageError(error -> complaints.add(error));
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
    page.onRequest(request -> asked.add(request.url()));
    return page;
  }

  /** Forgets what pages complained of, and asked for. */
  void forget() {
    complaints.clear();
    asked.clear();
  }

  /** What went wrong in pages so far. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** All addresses that pages asked for. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Begins to note for how long a page computes; until {@link #longTasks}. */
  void watch(Page page) {
    browser.startTracing(
        page, new Browser.StartTracingOptions().setCategories(List.of("toplevel")));
  }

  /**
   * Tasks of pages since {@link #watch} that kept a page from answering for more than 50 ms, in
   * milliseconds of the processor: what else the machine did meanwhile is no part of it.
   */
  List<Long> longTasks() throws IOException {
    JsonNode events = new ObjectMapper().readTree(browser.stopTracing()).path("traceEvents");
    Set<String> pages = new HashSet<>();
    for (JsonNode event : events) {
      if (event.at("/args/name").asText().equals("CrRendererMain")) {
        pages.add(thread(event));
      }
    }
    List<Long> tasks = new ArrayList<>();
    for (JsonNode event : events) {
      if (event.path("name").asText().equals("ThreadControllerImpl::RunTask")
          && pages.contains(thread(event))) {
        Assertions.assertTrue(event.has("tdur"), "this Chromium counts no processor time");
        tasks.add(event.path("tdur").asLong() / 1000);
      }
    }
    Assertions.assertFalse(tasks.isEmpty(), "no task was noted");
    return tasks.stream().filter(millis -> millis > 50).toList();
  }

  private static String thread(JsonNode event) {
    return event.path("pid").asText() + " " + event.path("tid").asText();
  }

  /** Scrolls down and up again, so that all is drawn. */
  static void lookAtAll(Page page) {
    page.evaluate(
        """
        async () => {
          for (let y = 0; y < document.documentElement.scrollHeight; y += 500) {
            scrollTo(0, y);
            await new Promise((done) => setTimeout(done, 120));
          }
          scrollTo(0, 0);
        }
        """);
    page.waitForTimeout(800);
  }

  /** A picture of the whole page in {@code target/screenshots}, for people to look at. */
  static void picture(Page page, String name) throws IOException {
    page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(file(name)));
  }

  /** A picture of a part of a page, beside those of pages. */
  static void picture(Locator part, String name) throws IOException {
    part.screenshot(new Locator.ScreenshotOptions().setPath(file(name)));
  }

  private static Path file(String name) throws IOException {
    return Files.createDirectories(Path.of("target", "screenshots")).resolve(name + ".png");
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
