package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same seed gives the same bytes, whatever the number of threads. */
final class DeterminismTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--policy deficit --exchange visit",
        "--policy deficit --exchange raw --participation 0.6",
        "--policy dissimilar --exchange cheapest --protect all --strategy fedprox",
        "--policy random --exchange raw --target local --base 0",
        "--policy random --exchange raw --pace buffer:3 --update-bits 8",
        "--policy random --exchange raw --protect all --privacy-unit device --rounds 3"
            + " --secure-aggregation complete --participation 0.5",
        "--policy random --exchange raw --robust median --attack sign-flip:3 --attackers 0.25",
        "--policy random --exchange raw --protect all --clip-quantile 0.4",
        "--policy static:0.1 --partition dirichlet:0.3 --devices 6"
      })
  void threadsDoNotShowInResults(String method) throws IOException {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(8, 40));
    String settings =
        "--data csv:%s --partition natural --model mlp:16 --swap-every 2 ".formatted(file)
            + "--swap-budget 0.3 "
            + (method.contains("--rounds") ? "" : "--rounds 6 ")
            + method;
    if (method.contains("--partition")) {
      settings = settings.replace("--partition natural ", "");
    }
    assertThreadsDoNotShow(settings);
  }

  @Test
  @Tag("slow")
  void norOnImages() throws IOException {
    assertThreadsDoNotShow("--devices 10 --rounds 4 --swap-every 2 --partition classes:2");
  }

  @Test
  void norWithConvolutions() throws IOException {
    Path images = SmallData.idx(directory.resolve("images"), 60);
    assertThreadsDoNotShow(
        "--data idx:%s --model cnn --devices 4 --partition classes:1 --rounds 3 --swap-every 1 "
                .formatted(images)
            + "--policy random --epsilon inf");
  }

  @Test
  void anotherSeedGivesAnotherRun() throws IOException {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(4, 20));
    String settings =
        "--data csv:%s --partition natural --model softmax --rounds 2".formatted(file);
    RunFiles one = simulate("one", settings + " --seed 1");
    RunFiles same = simulate("same", settings + " --seed 1");
    RunFiles other = simulate("other", settings + " --seed 2");
    assertArrayEquals(one.models(), same.models());
    assertFalse(Arrays.equals(one.models(), other.models()));
  }

  private void assertThreadsDoNotShow(String settings) throws IOException {
    String name = Integer.toHexString(settings.hashCode());
    RunFiles one = simulate(name + "-1", settings + " --threads 1");
    RunFiles two = simulate(name + "-2", settings + " --threads 2");
    assertArrayEquals(one.models(), two.models());
    assertEquals(one.rounds(), two.rounds());
    assertEquals(one.events(), two.events());
    assertEquals(one.summary(), two.summary());
    assertTrue(one.events().contains("\"type\":\"settled\""), "there were no swaps to compare");
  }

  private RunFiles simulate(String name, String settings) {
    Path out = directory.resolve(name);
    Shell.done(("simulate " + settings + " --out " + out).split(" "));
    return new RunFiles(out);
  }
}
