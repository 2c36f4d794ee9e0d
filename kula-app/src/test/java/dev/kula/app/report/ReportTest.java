package dev.kula.app.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kula.KulaException;
import dev.kula.store.RunDirectory;
import dev.kula.store.RunReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Pattern LOADS =
      Pattern.compile(
          "<(?:script|img|iframe|link|object|embed|source)[^>]*\\s(?:src|href)\\s*=(?!\\s*[\"']?(?:data:|'\\+))"
              + "|@import|url\\(\\s*[\"']?(?:https?:|//)|\\bfetch\\(|XMLHttpRequest|importScripts|new WebSocket"
              + "|navigator\\.sendBeacon|(?:href|src)\\s*=\\s*[\"']?https?:");
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>");

  @TempDir private Path root;

  @Test
  void thePageHoldsTheRunAndLoadsNothing() throws IOException {
    Path run = root.resolve("run");
    FakeRun.usual().compare(run);
    Path report = Report.write(run);
    assertEquals(run.resolve("report.html"), report);
    String page = Files.readString(report);
    assertTrue(page.contains("default-src 'none'"));
    assertTrue(page.contains("Apache ECharts\nCopyright 2017-2022 The Apache Software Foundation"));
    assertFalse(page.contains("{{"), "a part of the template is left");
    var load = LOADS.matcher(page);
    assertFalse(load.find(), () -> "loads " + page.substring(load.start(), load.end() + 40));
    JsonNode data = data(page);
    assertEquals("compare", data.at("/summary/command").asText());
    assertEquals(8, data.path("curves").size());
    assertEquals(40, data.at("/curves/0/rounds").size());
    assertEquals("Infinity", data.at("/summary/methods/7/epsilon/max").asText());
  }

  @Test
  void sameRunSameBytes() throws IOException {
    Path run = root.resolve("run");
    FakeRun.usual().simulate(run);
    byte[] first = Files.readAllBytes(Report.write(run));
    assertArrayEquals(first, Files.readAllBytes(Report.write(run)));
  }

  @Test
  void namesCannotLeaveTheData() throws IOException {
    String hostile = "</script><script>alert(1)</script><!--{{style}}\u2028&\"'";
    Path run = root.resolve("run");
    new FakeRun(3, 10, List.of(hostile, "b"), i -> hostile + i).simulate(run);
    String page = Files.readString(Report.write(run));
    assertFalse(page.contains("alert(1)</script>"));
    assertEquals(3, count(page, "</script>"), "the page has its three scripts and no other");
    assertEquals(hostile + 0, data(page).at("/summary/methods/0/devices/0/device").asText());
  }

  @Test
  void eachPartIsGatheredFromTheEvents() {
    Path run = root.resolve("run");
    FakeRun.usual().compare(run);
    ReportData data = ReportData.of(RunReader.of(run));
    ReportData.Details deficit = data.details().getLast();
    assertEquals("deficit swaps", deficit.method());
    assertEquals(1, deficit.seed());
    assertEquals(2, deficit.spent().size());
    int orders = deficit.orders().size() + deficit.ordersLeftOut();
    int drawn = deficit.edges().stream().mapToInt(ReportData.Edge::orders).sum();
    assertTrue(orders > 100 && drawn <= orders && drawn > 0, orders + " orders, " + drawn);
    assertTrue(
        deficit.orders().stream()
            .allMatch(o -> o.settled() != null && o.settled().order() == o.ordered().order()));
    assertTrue(data.details().getFirst().orders().isEmpty());
    assertEquals(3, data.curves().getFirst().seeds());
  }

  @Test
  void aRunThatHasNotEndedHasNoReport() {
    Path run = root.resolve("run");
    RunDirectory.create(run).close();
    KulaException error = assertThrows(KulaException.class, () -> Report.write(run));
    assertEquals(KulaException.Blame.USER, error.blame());
    assertFalse(Files.exists(run.resolve("report.html")));
  }

  private static JsonNode data(String page) throws IOException {
    var found = DATA.matcher(page);
    assertTrue(found.find(), "the page holds its data in one element");
    return new JsonMapper().readTree(found.group(1));
  }

  private static int count(String page, String part) {
    return page.split(Pattern.quote(part), -1).length - 1;
  }
}
