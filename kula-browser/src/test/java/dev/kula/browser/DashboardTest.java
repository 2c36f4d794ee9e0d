package dev.kula.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.kula.app.Kula;
import dev.kula.app.dashboard.RunControl;
import dev.kula.app.dashboard.RunFeed;
import dev.kula.app.http.Access;
import dev.kula.app.http.DashboardPort;
import dev.kula.round.Revocation;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.store.RunDirectory;
import dev.kula.store.RunReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard, as a reader sees and uses it. */
@Tag("slow")
final class DashboardTest {
  private static final List<String> SECTIONS =
      List.of(
          "curves",
          "devices",
          "map",
          "swaps",
          "labels",
          "privacy",
          "reputation",
          "drift",
          "bytes",
          "faults",
          "settings");

  @TempDir private static Path root;
  private static @Nullable Chromium chromium;
  private static Path run = Path.of("");

  private final List<DashboardPort> ports = new ArrayList<>();
  private final RunControl control = new RunControl();

  @BeforeAll
  static void runOnce() {
    chromium = Chromium.start();
    run = root.resolve("run");
    kula(
        "simulate",
        "--devices=12",
        "--rounds=6",
        "--swap-every=2",
        "--groups=none",
        "--policy=random",
        "--exchange=raw",
        "--out=" + run);
  }

  private static void kula(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Kula.run(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments);
    assertEquals(0, code, () -> err.toString(StandardCharsets.UTF_8));
  }

  @AfterAll
  static void end() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void beginAnew() {
    browser().forget();
  }

  @AfterEach
  void close() {
    ports.forEach(DashboardPort::close);
  }

  private static Chromium browser() {
    assertTrue(chromium != null);
    return chromium;
  }

  private String serve(Path... shown) {
    return serve(Access.of(Optional.empty(), Optional.empty()), shown);
  }

  private String serve(Access access, Path... shown) {
    DashboardPort port =
        DashboardPort.open(
            "--listen",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            access,
            Optional.of(control));
    ports.add(port);
    for (Path one : shown) {
      port.show(RunFeed.of(one));
    }
    return "http://127.0.0.1:" + port.port() + "/";
  }

  private static Page open(String url) {
    Page page = browser().page(1200, ColorScheme.LIGHT);
    page.navigate(url);
    page.locator(".tile").first().waitFor();
    return page;
  }

  private static String text(Page page, String place) {
    return page.locator(place).first().innerText();
  }

  private static void assertNothingElsewhere() {
    assertEquals(
        List.of(),
        browser().asked().stream().filter(one -> !one.startsWith("http://127.0.0.1:")).toList());
  }

  @Test
  void everySectionIsDrawnInLightAndDarkAndOnAPhone() throws IOException {
    String url = serve(run);
    List<Object> papers = new ArrayList<>();
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : new int[] {1200, 390}) {
        Page page = browser().page(width, scheme);
        page.navigate(url);
        page.locator(".tile").first().waitFor();
        Chromium.lookAtAll(page);
        for (String section : SECTIONS) {
          assertTrue(text(page, "#" + section).length() > 30, section + " is empty");
        }
        assertEquals("Ended", text(page, ".state"));
        assertEquals(
            width, page.evaluate("document.documentElement.scrollWidth"), "the page runs over");
        papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"));
        Chromium.picture(page, "dashboard-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width);
        page.context().close();
      }
    }
    assertNotEquals(papers.getFirst(), papers.getLast());
    assertEquals(List.of(), browser().complaints());
    assertNothingElsewhere();
  }

  @Test
  void adviceIsShownWhereThereIsSome() throws IOException {
    Page without = open(serve(run));
    assertFalse(without.locator("#advice").isVisible());
    without.context().close();
    Path advised = root.resolve("advised");
    kula(
        "advise",
        "fashion-mnist",
        "--partition=dirichlet:0.3",
        "--devices=6",
        "--model=softmax",
        "--rounds=4",
        "--seeds=2",
        "--out=" + advised);
    String url = serve(advised);
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : new int[] {1200, 390}) {
        Page page = browser().page(width, scheme);
        page.navigate(url);
        Locator advice = page.locator("#advice");
        advice.locator("table").first().waitFor();
        assertEquals(List.of("Advice"), advice.locator("h2").allInnerTexts());
        List<String> parts = advice.locator("h3").allInnerTexts();
        assertEquals(2, parts.size());
        assertTrue(parts.getFirst().startsWith("Run next: "), parts.getFirst());
        assertEquals("What was run", parts.getLast());
        assertEquals(
            List.of(
                "Question",
                "Answer",
                "Because",
                "Method",
                "Personal",
                "Over training alone",
                "Over what it builds on",
                "Ahead from round",
                "Bytes moved",
                "Largest ε"),
            advice.locator("th[scope=col]").allTextContents());
        List<String> questions =
            advice.locator("table").first().locator("tbody td:first-child").allInnerTexts();
        assertTrue(
            questions.containsAll(List.of("labels", "federating", "groups", "swaps")),
            questions::toString);
        assertEquals(1, advice.locator("tr.chosen").count());
        assertTrue(text(page, "#advice .command").startsWith("./kula simulate "));
        assertEquals(
            width, page.evaluate("document.documentElement.scrollWidth"), "the page runs over");
        Chromium.picture(advice, "advice-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width);
        page.context().close();
      }
    }
    assertEquals(List.of(), browser().complaints());
    assertNothingElsewhere();
  }

  @Test
  void whatIsDrawnIsAlsoSaid() {
    Page page = open(serve(run));
    Chromium.lookAtAll(page);
    Locator pictures = page.locator("[role=img]:visible");
    assertTrue(pictures.count() >= 8, () -> "only " + pictures.count() + " pictures");
    for (int i = 0; i < pictures.count(); i++) {
      String said = pictures.nth(i).getAttribute("aria-label");
      assertTrue(said != null && said.length() > 30, "a picture is not described: " + said);
    }
    Object nameless =
        page.evaluate(
            """
            [...document.querySelectorAll('input, select, button')].filter((one) =>
              !one.textContent.trim() && !one.getAttribute('aria-label')).length
            """);
    assertEquals(0, nameless, "controls without a name");
    assertEquals("13", page.locator("#devices table").getAttribute("aria-rowcount"));
    page.context().close();
  }

  @Test
  void theKeyboardIsEnough() {
    Page page = open(serve(run));
    page.keyboard().press("Tab");
    assertEquals("Skip to the run", page.evaluate("document.activeElement.textContent"));
    Chromium.lookAtAll(page);
    page.locator("#devices th button").nth(1).focus();
    page.keyboard().press("Enter");
    page.locator("#devices th[aria-sort=descending]").waitFor();
    assertEquals("accuracy", page.locator("#devices th[aria-sort]").getAttribute("data-key"));
    page.locator("#devices td button").first().focus();
    page.keyboard().press("Space");
    page.locator("#devices tr.chosen").waitFor();
    assertTrue(text(page, "#swaps").contains("only of device-"));
    page.locator("#swaps input[type=range]").focus();
    page.keyboard().press("ArrowRight");
    assertTrue(text(page, "#swaps .controls b").startsWith("round "));
    page.context().close();
  }

  @Test
  void aRunIsFollowedAsItGoes() throws IOException {
    Path growing = root.resolve("growing");
    List<String> lines = Files.readAllLines(run.resolve("rounds.jsonl"));
    Files.createDirectories(growing);
    Files.copy(run.resolve("configuration.json"), growing.resolve("configuration.json"));
    Files.writeString(growing.resolve("rounds.jsonl"), lines.getFirst() + "\n");
    Page page = open(serve(growing));
    page.getByText("round 1 of 6").first().waitFor();
    Files.writeString(
        growing.resolve("rounds.jsonl"), String.join("\n", lines.subList(0, 3)) + "\n");
    page.getByText("round 3 of 6").first().waitFor();
    Files.copy(run.resolve("events.jsonl"), growing.resolve("events.jsonl"));
    page.locator("#devices td button").first().waitFor();
    // A resumed run begins from an earlier round again.
    Files.writeString(growing.resolve("rounds.jsonl"), lines.getFirst() + "\n");
    page.getByText("round 1 of 6").first().waitFor();
    page.context().close();
  }

  @Test
  void aTokenOpensAndTheOperatorsControls() throws IOException {
    Path view = root.resolve("view");
    Path operate = root.resolve("operate");
    Path going = root.resolve("going");
    Files.createDirectories(going);
    Files.copy(run.resolve("configuration.json"), going.resolve("configuration.json"));
    Files.copy(run.resolve("rounds.jsonl"), going.resolve("rounds.jsonl"));
    String url = serve(Access.of(Optional.of(view), Optional.of(operate)), going);
    Page page = browser().page(1200, ColorScheme.LIGHT);
    page.navigate(url);
    page.locator("input[type=password]").fill("not the token at all");
    page.keyboard().press("Enter");
    page.getByText("The last one was wrong.").waitFor();
    Chromium.picture(page, "token");
    page.locator("input[type=password]").fill(Files.readString(view).strip());
    page.keyboard().press("Enter");
    page.locator(".tile").first().waitFor();
    assertEquals(0, page.getByText("Pause", new Page.GetByTextOptions().setExact(true)).count());
    page.getByText("Operator").click();
    page.locator("input[type=password]").fill(Files.readString(operate).strip());
    page.keyboard().press("Enter");
    page.getByText("Pause", new Page.GetByTextOptions().setExact(true)).click();
    page.getByText("Pauses when the round ends").waitFor();
    assertEquals(RunControl.State.PAUSING, control.state());
    Chromium.picture(page, "operator");
    page.getByText("Resume", new Page.GetByTextOptions().setExact(true)).click();
    page.getByText("Stop", new Page.GetByTextOptions().setExact(true)).click();
    assertEquals(RunControl.State.RUNNING, control.state(), "one press must not stop a run");
    page.getByText("Press again").click();
    page.getByText("Stops when the round ends").waitFor();
    assertEquals(RunControl.State.STOPPING, control.state());
    page.context().close();
  }

  @Test
  void theOperatorTakesALeaseBack() throws IOException {
    Path operate = root.resolve("taker");
    Path going = root.resolve("taken");
    Files.createDirectories(going);
    for (String file : List.of("configuration.json", "rounds.jsonl", "events.jsonl")) {
      Files.copy(run.resolve(file), going.resolve(file));
    }
    String url = serve(Access.of(Optional.empty(), Optional.of(operate)), going);
    List<RoundRecord> rounds = new ArrayList<>();
    RunReader.of(run).forEachRound(rounds::add);
    control.begin(rounds.getLast().method(), rounds.getLast().seed());
    Page page = open(url);
    Chromium.lookAtAll(page);
    Locator buttons = page.locator("#swaps button[id^=revoke-]");
    page.locator("#swaps tr.main").first().waitFor();
    assertEquals(0, buttons.count(), "a viewer revokes nothing");
    page.getByText("Operator").click();
    page.locator("input[type=password]").fill(Files.readString(operate).strip());
    page.keyboard().press("Enter");
    page.locator("#swaps").scrollIntoViewIfNeeded();
    buttons.first().waitFor();
    long order = Long.parseLong(buttons.first().getAttribute("id").substring(7));
    buttons.first().focus();
    page.keyboard().press("Enter");
    page.getByText("Revoke for good? Press again").waitFor();
    assertEquals(List.of(), control.revoking(), "one press must not revoke a lease");
    Chromium.picture(page.locator("#swaps .why").first(), "revoke");
    page.keyboard().press("Enter"); // the button has kept its focus
    page.getByText("Its lease is being revoked.").waitFor();
    assertEquals("revoke-" + order, page.evaluate("document.activeElement.id"));
    assertEquals(List.of(order), control.revoking());
    Revocation lease = control.takeRevocations().getFirst();
    try (RunDirectory directory = RunDirectory.resume(going)) {
      directory.append(
          rounds.getLast().method(),
          rounds.getLast().seed(),
          new RunEvent.Revoked(6, order, lease.receiver().name(), lease.source().name()));
    }
    control.revoked(order);
    page.getByText("Its lease was revoked in round 6.").waitFor();
    assertEquals("revoked", text(page, "#swaps .tag.bad:text('revoked')"));
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : new int[] {1200, 390}) {
        Page looked = browser().page(width, scheme);
        looked.navigate(url);
        looked.getByText("Its lease was revoked in round 6.").waitFor();
        Chromium.picture(
            looked.locator("#swaps"),
            "revoked-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width);
        looked.context().close();
      }
    }
    page.context().close();
    assertEquals(List.of(), browser().complaints());
  }

  @Test
  void hostileNamesStayText() {
    Path hostile = root.resolve("hostile");
    String name = "<img src=x onerror=\"document.title='owned'\">";
    try (RunDirectory directory = RunDirectory.create(hostile)) {
      for (String device : List.of(name, name + "2", "b")) {
        directory.append(
            name, 1, new RunEvent.Profiled(1, device, 9, List.of(5.0, 4.0), 3, 2, 0, 0, 0));
      }
      directory.append(name, 1, new RunEvent.Ignored(1, name, name));
    }
    Page page = browser().page(1200, ColorScheme.LIGHT);
    page.navigate(serve(hostile));
    page.locator("#devices td button").first().waitFor();
    Chromium.lookAtAll(page);
    page.locator("#map canvas").hover();
    assertEquals(0, page.locator("img").count());
    assertFalse(page.title().contains("owned"));
    page.context().close();
  }
}
