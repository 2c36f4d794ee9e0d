package dev.kula.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.kula.app.dashboard.RunFeed;
import dev.kula.app.http.Access;
import dev.kula.app.http.DashboardPort;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import dev.kula.store.RunDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand devices, of which all tell something new in each round. */
@Tag("slow")
final class LargeFleetTest {
  private static final int DEVICES = 10_000;
  private static final int ROUNDS = 6;

  /** Of the processor. Generous: it draws, too, and may be slow. */
  private static final long MOST_MILLIS = 400;

  private final Random random = new Random(1);

  @TempDir private Path root;

  private static String name(int device) {
    return "device-%05d".formatted(device);
  }

  private void round(RunDirectory directory, int round) {
    Traffic traffic = new Traffic(round * 1000L, 2, 3, 4, 5, 6, 7);
    SwapCounts swaps = new SwapCounts(DEVICES * round, DEVICES * round, 0, 0);
    directory.append(
        new RoundRecord(
            "m",
            1,
            round,
            DEVICES,
            1.0 / round,
            0.8,
            0.6,
            0.5,
            0.7,
            round,
            traffic,
            swaps,
            round,
            round));
    List<List<String>> groups = new ArrayList<>();
    for (int group = 0; group < 10; group++) {
      groups.add(new ArrayList<>());
    }
    for (int i = 0; i < DEVICES; i++) {
      int main = i % 10;
      List<Double> counts = new ArrayList<>();
      for (int label = 0; label < 10; label++) {
        counts.add(random.nextGaussian() + (label == main ? 40 : 2));
      }
      directory.append(
          "m", 1, new RunEvent.Profiled(round, name(i), 58, counts, 40, 9, 1e-5, 1, 1));
      groups.get(main).add(name(i));
      long order = (long) round * DEVICES + i;
      String source = name(random.nextInt(DEVICES));
      directory.append(
          "m",
          1,
          new RunEvent.Ordered(
              round,
              order,
              name(i),
              source,
              "visit",
              9,
              List.of("3"),
              0.3,
              0.9,
              0.4,
              0.6,
              0.1,
              0.2,
              0.5,
              0.27,
              300,
              2,
              "lacks 3"));
      directory.append(
          "m",
          1,
          new RunEvent.Settled(round, order, name(i), source, "accepted", 0.9, 0.8, 9, 1600, "y"));
    }
    directory.append("m", 1, new RunEvent.Compared(round, 0.05, groups, List.of()));
  }

  @Test
  void aLargeFleetStaysFluent() throws IOException {
    Path path = root.resolve("run");
    try (Chromium chromium = Chromium.start();
        RunDirectory directory = RunDirectory.create(path);
        DashboardPort port =
            DashboardPort.open(
                "--listen",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                Access.of(Optional.empty(), Optional.empty()),
                Optional.empty())) {
      round(directory, 1);
      port.show(RunFeed.of(path));
      Page page = chromium.page(1200, ColorScheme.LIGHT);
      page.navigate("http://127.0.0.1:" + port.port() + "/");
      page.getByText("10\u202f000 devices").first().waitFor();
      chromium.watch(page);
      for (int round = 2; round <= ROUNDS; round++) {
        round(directory, round);
        page.evaluate("id => document.getElementById(id).scrollIntoView()", place(round));
        page.waitForTimeout(2500);
      }
      List<Long> told = chromium.longTasks();
      chromium.watch(page);
      page.evaluate(
          """
          async () => {
            const view = document.querySelector('.rows');
            document.getElementById('devices').scrollIntoView();
            for (let y = 0; y < 40000; y += 400) {
              view.scrollTop = y;
              await new Promise(requestAnimationFrame);
            }
          }
          """);
      List<Long> scrolled = chromium.longTasks();
      System.out.printf("tasks of more than 50 ms: while told %s, scrolling %s%n", told, scrolled);
      assertTrue(longest(told) < MOST_MILLIS, () -> "while it is told: " + told);
      assertTrue(longest(scrolled) < MOST_MILLIS, () -> "while it is scrolled: " + scrolled);
      assertTrue(
          ((Number) page.evaluate("document.querySelectorAll('#devices tbody tr').length"))
                  .intValue()
              < 60,
          "rows that nobody sees are there");
      page.locator("#devices input").fill("09999");
      page.getByText("1 device", new Page.GetByTextOptions().setExact(true)).waitFor();
      page.locator("#devices td button").first().click();
      page.locator("#devices tr.chosen").waitFor();
      assertEquals(List.of(), chromium.complaints());
      page.context().close();
    }
  }

  private static String place(int round) {
    return List.of("curves", "devices", "map", "swaps", "labels").get(round % 5);
  }

  private static long longest(List<Long> tasks) {
    return tasks.stream().mapToLong(millis -> millis).max().orElse(0);
  }
}
