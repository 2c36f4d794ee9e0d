package dev.kula.store;

import static dev.kula.store.ErrorAssertions.assertUserError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a follower tells while another writes. */
final class RunFollowerTest {
  @TempDir private Path root;
  private final List<String> told = new ArrayList<>();
  private Path path = Path.of("");

  @BeforeEach
  void place() {
    path = root.resolve("run");
  }

  private RunFollower follower() {
    return RunFollower.of(
        path,
        round -> told.add("round " + round.round()),
        event -> told.add(event.event().getClass().getSimpleName() + " " + event.event().round()),
        () -> told.add("anew"));
  }

  private static RunEvent stopped(int round) {
    return new RunEvent.Stopped(round, "r".repeat(400_000)); // a line longer than what is read once
  }

  @Test
  void whatComesIsToldOnce() {
    try (RunDirectory directory = RunDirectory.create(path)) {
      RunFollower follower = follower();
      assertFalse(follower.follow());
      directory.append(Records.round(1));
      assertTrue(follower.follow());
      assertFalse(follower.follow());
      directory.append(Records.round(2));
      directory.append("m", 1, stopped(2));
      directory.append("m", 1, new RunEvent.Stopped(3, "short"));
      assertTrue(follower.follow());
      assertFalse(follower.follow());
      assertEquals(List.of("round 1", "round 2", "Stopped 2", "Stopped 3"), told);
    }
  }

  @Test
  void halfALineWaits() throws IOException {
    try (RunDirectory directory = RunDirectory.create(path)) {
      directory.append(Records.round(1));
    }
    Path rounds = path.resolve(RunDirectory.ROUNDS);
    String line = Files.readString(rounds);
    Files.writeString(rounds, line.substring(0, 50), StandardOpenOption.APPEND);
    RunFollower follower = follower();
    assertTrue(follower.follow());
    assertFalse(follower.follow());
    Files.writeString(rounds, line.substring(50), StandardOpenOption.APPEND);
    assertTrue(follower.follow());
    assertEquals(List.of("round 1", "round 1"), told);
  }

  @Test
  void linesThatWereTakenBackMakeItBeginAnew() {
    try (RunDirectory directory = RunDirectory.create(path)) {
      RunFollower follower = follower();
      directory.append(Records.round(1));
      Extent extent = directory.extent();
      directory.append(Records.round(2));
      directory.append(Records.round(3));
      follower.follow();
      directory.truncate(extent);
      directory.append(Records.round(2).withWallSeconds(7));
      directory.append(Records.round(3).withWallSeconds(8));
      told.clear();
      assertTrue(follower.follow(), "as long as before, and other lines");
      assertEquals(List.of("anew", "round 1", "round 2", "round 3"), told);
      directory.truncate(Extent.NONE);
      told.clear();
      assertFalse(follower.follow());
      assertEquals(List.of("anew"), told);
    }
  }

  @Test
  void aBrokenLineIsNamedAndToldWhenItIsMended() throws IOException {
    try (RunDirectory directory = RunDirectory.create(path)) {
      directory.append(Records.round(1));
    }
    Path rounds = path.resolve(RunDirectory.ROUNDS);
    String good = Files.readString(rounds);
    Files.writeString(rounds, "{}\n", StandardOpenOption.APPEND);
    RunFollower follower = follower();
    assertUserError("rounds.jsonl' line 2 is not as docs/formats.md says", follower::follow);
    Files.writeString(rounds, good);
    told.clear();
    assertTrue(follower.follow());
    assertEquals(List.of("anew", "round 1"), told);
  }

  @Test
  void thereMustBeARun() {
    assertUserError("holds no run", this::follower);
  }
}
