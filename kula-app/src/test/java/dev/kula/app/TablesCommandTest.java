package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kula.store.RunReader;
import dev.kula.store.table.RunTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results of runs as files of tables. */
final class TablesCommandTest {
  @TempDir static Path shared;

  @TempDir Path directory;

  @BeforeAll
  static void makeRuns() {
    run(
        "simulate --devices 6 --rounds 4 --swap-every 2 --policy random --model softmax --out "
            + shared.resolve("one"));
    run(
        "compare --devices 4 --rounds 2 --model softmax --seeds 2 --methods fedavg,fine-tune --out "
            + shared.resolve("two"));
  }

  private static void run(String line) {
    RunningCommand done = RunningCommand.of(line);
    assertEquals(0, done.exit(), done::err);
  }

  private JsonNode json(String table) throws IOException {
    return new ObjectMapper().readTree(directory.resolve("json/" + table + ".json").toFile());
  }

  @Test
  void everyFormatHasTheSameRows() throws IOException {
    String runs = shared.resolve("one") + " " + shared.resolve("two");
    run("tables %s --out %s".formatted(runs, directory.resolve("csv")));
    run("tables %s --format json --out %s".formatted(runs, directory.resolve("json")));
    for (RunTable table : RunTable.values()) {
      List<String> lines = Files.readAllLines(directory.resolve("csv/" + table.title() + ".csv"));
      JsonNode rows = json(table.title());
      assertEquals(
          String.join(",", table.columns().stream().map(column -> column.name()).toList()),
          lines.getFirst());
      assertEquals(lines.size() - 1, rows.size(), table.title());
      if (!rows.isEmpty()) {
        assertEquals(table.columns().size(), rows.get(0).size(), table.title());
      }
    }
    assertEquals(2, json("run").size());
    assertEquals(1 + 2 * 2, json("seed_result").size());
    assertEquals(4 + 2 * 2 * 2, json("round").size());
    assertEquals(6 + 2 * 4, json("device_result").size());
    assertEquals(1, json("comparison").size());
    assertTrue(json("swap_order").size() > 0);
    assertEquals(json("swap_order").size(), json("outcome").size());
  }

  @Test
  void figuresAreThoseOfTheFiles() throws IOException {
    Path one = shared.resolve("one");
    run("tables %s --format json --out %s".formatted(one, directory.resolve("json")));
    JsonNode rounds = json("round");
    int[] row = {0};
    RunReader.of(one)
        .forEachRound(
            round -> {
              JsonNode written = rounds.get(row[0]++);
              assertEquals(one.toString(), written.get("run").asText());
              assertEquals(round.personalAccuracy(), written.get("personal_accuracy").asDouble());
              assertEquals(round.bytes().model(), written.get("bytes_model").asLong());
              assertEquals("Infinity", written.get("epsilon_max").asText());
            });
    JsonNode result = json("seed_result").get(0);
    assertTrue(result.get("detected_changes").isNull());
    assertTrue(result.get("recovery").isArray());
  }

  @Test
  void whatIsWrongIsToldInALineAndLeavesNothing() throws IOException {
    Path one = shared.resolve("one");
    Path out = directory.resolve("out");
    mistake("holds no run", "tables %s %s --out %s".formatted(one, directory, out));
    mistake("is named twice", "tables %s %s --out %s".formatted(one, one, out));
    mistake("must be csv, parquet or json", "tables %s --format xls --out %s".formatted(one, out));
    mistake("is there already", "tables %s --out %s".formatted(one, one));
    mistake("needs DuckDB", "tables %s --format parquet --out %s".formatted(one, out));
    mistake("--out", "tables " + one);
    Path damaged = Files.createDirectory(directory.resolve("damaged"));
    Files.writeString(damaged.resolve("rounds.jsonl"), "{}\n");
    mistake("rounds.jsonl' line 1 is not as", "tables %s --out %s".formatted(damaged, out));
    assertFalse(Files.exists(out));
    assertFalse(Files.exists(directory.resolve(".out.tmp")));
  }

  private static void mistake(String words, String line) {
    RunningCommand done = RunningCommand.of(line);
    assertEquals(Kula.USER_MISTAKE, done.exit(), done::err);
    assertEquals(1, done.err().lines().count(), done::err);
    assertTrue(done.err().contains(words), done::err);
  }
}
