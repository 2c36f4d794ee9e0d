package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.kula.round.RunEvent;
import dev.kula.round.RunEvent.Gain;
import dev.kula.round.RunSummary.GroupTrials;
import dev.kula.round.RunSummary.IgnoredMessages;
import dev.kula.store.RunDirectory;
import dev.kula.store.RunReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventDigestTest {
  @TempDir private Path root;

  @Test
  void theSearchThatFoundGroupsCounts() {
    List<List<String>> both = List.of(List.of("a", "b"));
    EventDigest digest =
        digest(
            1,
            search(4, -0.2, both),
            search(16, 0.1, List.of(List.of("a"), List.of("b"))),
            search(64, 0.2, both),
            new RunEvent.Stopped(70, "round limit"));
    Gain gain = new Gain(2, 0.1, 0.01);
    assertEquals(
        new GroupTrials(16, List.of(1, 1), gain, List.of(gain)), digest.groups("groups", 1));
    assertNull(digest.groups("groups", 2));
    assertNull(digest.groups("fine-tune", 1));
  }

  @Test
  void elseTheLast() {
    List<List<String>> both = List.of(List.of("a", "b"));
    EventDigest digest = digest(1, search(4, -0.1, both), search(16, -0.2, both));
    Gain gain = new Gain(2, -0.2, 0.01);
    assertEquals(new GroupTrials(16, List.of(2), gain, List.of(gain)), digest.groups("groups", 1));
  }

  @Test
  void messagesAreCountedByWhatWasWrong() {
    EventDigest digest =
        digest(
            3,
            new RunEvent.Ignored(4, "a", "2 ratings without an order, or beyond it"),
            new RunEvent.Ignored(5, "b", "11 ratings without an order, or beyond it"),
            new RunEvent.Ignored(5, "b", "a Visit, which no device sends to a server"));
    assertEquals(
        List.of(
            new IgnoredMessages("a Visit, which no device sends to a server", 1),
            new IgnoredMessages("ratings without an order, or beyond it", 2)),
        digest.ignored("groups", 3));
    assertNull(digest.ignored("groups", 1));
  }

  private static RunEvent.Grouped search(int round, double gain, List<List<String>> groups) {
    return new RunEvent.Grouped(round, groups, List.of(new Gain(2, gain, 0.01)));
  }

  private EventDigest digest(long seed, RunEvent... events) {
    Path run = root.resolve("run");
    try (RunDirectory directory = RunDirectory.create(run)) {
      for (RunEvent event : events) {
        directory.append("groups", seed, event);
      }
    }
    return EventDigest.of(RunReader.of(run));
  }
}
