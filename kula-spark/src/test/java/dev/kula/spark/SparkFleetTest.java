package dev.kula.spark;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On Spark in this process, a run comes to what it comes to without. */
final class SparkFleetTest {
  @TempDir static Path shared;

  private static Path data = Path.of("");

  @TempDir Path directory;

  @BeforeAll
  static void writeData() throws IOException {
    data = Runs.data(shared);
  }

  private void assertSameOnSpark(String... arguments) throws IOException {
    Path local = directory.resolve("local");
    Runs.simulate(data, local, arguments);
    Path spark = directory.resolve("spark");
    String[] there =
        Stream.concat(Stream.of(arguments), Stream.of("--fleet=spark")).toArray(String[]::new);
    Runs.simulate(data, spark, there);
    Runs.assertSame(local, spark);
    assertFalse(Files.exists(spark.resolve("spark")), "what Spark kept is left behind");
  }

  /** Swaps move samples from device to device. */
  @Test
  void swapsComeToTheSame() throws IOException {
    assertSameOnSpark("--rounds=4", "--swap-every=2", "--exchange=raw", "--policy=random");
    assertTrue(
        Files.readString(directory.resolve("spark/events.jsonl")).contains("\"accepted\""),
        "no swap was accepted, so none was compared");
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(
      strings = {
        "--rounds=4 --swap-every=2 --policy=deficit --protect=all --epsilon=50",
        "--rounds=6 --swap-every=2 --policy=deficit --groups=trials --course=stream"
            + " --split=time:0.2 --base=0",
        "--rounds=3 --personalization=fedper --policy=none",
        "--rounds=3 --personalization=apfl --policy=none --update-bits=8",
        "--rounds=3 --personalization=local --policy=none",
        "--rounds=3 --strategy=scaffold --policy=none",
        "--rounds=3 --strategy=fednova --policy=none",
        "--rounds=3 --clusters=2 --policy=none",
        "--rounds=3 --robust=median --policy=none",
        "--rounds=3 --secure-aggregation=complete --policy=none",
      })
  void othersComeToTheSame(String arguments) throws IOException {
    assertSameOnSpark(arguments.split(" ", -1));
  }

  /** A run may go on elsewhere than where it began. */
  @Test
  @Tag("slow")
  void goesOnWhereALocalRunWas() throws IOException {
    Path local = directory.resolve("local");
    Runs.simulate(data, local, "--rounds=6", "--swap-every=2", "--policy=random", "--keep-every=1");
    Path moved = directory.resolve("moved");
    Runs.kula("simulate", "--resume=" + local, "--from-round=3", "--fleet=spark", "--out=" + moved);
    Runs.assertSame(local, moved);
  }
}
