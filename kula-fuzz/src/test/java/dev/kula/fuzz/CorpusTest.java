package dev.kula.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replays the corpus: seeds, and every input that broke a parser once. */
final class CorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/corpus");

  /** Inputs that unfold to megabytes; a fuzzer that began with them would get nowhere. */
  private static final Path HEAVY = Path.of("src/test/resources/heavy");

  /** More than a target has, so that it fails by its own word; this stops what never ends. */
  private static final Duration PATIENCE = Bounds.LONGEST.multipliedBy(2);

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyInputIsTakenOrRefusedInOneLine() {
    return Stream.of(Target.values())
        .flatMap(
            target ->
                inputs(target).stream()
                    .map(
                        file ->
                            DynamicTest.dynamicTest(
                                target.key() + "/" + file.getFileName(),
                                () ->
                                    assertTimeoutPreemptively(
                                        PATIENCE,
                                        () -> target.run(Files.readAllBytes(file), folder)))));
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void everyTargetHasSeeds(Target target) {
    assertFalse(inputs(target).isEmpty());
  }

  private static List<Path> inputs(Target target) {
    List<Path> inputs = new ArrayList<>(files(CORPUS.resolve(target.key())));
    Path heavy = HEAVY.resolve(target.key());
    if (Files.isDirectory(heavy)) {
      inputs.addAll(files(heavy));
    }
    return inputs;
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException failure) {
      throw new AssertionError("no corpus in " + folder, failure);
    }
  }
}
