package dev.kula.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.app.Kula;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import dev.kula.store.SavedModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of runs, exported by the command, asked about rows of the data that they were made of. */
@Tag("slow")
final class RunsTest {
  private static final int ROWS = 40;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--model softmax",
        "--model mlp:32",
        "--model cnn --policy none --groups none --local-epochs 1 --lr 0.01",
        "--model mlp:16 --fine-tune-scope all",
        "--model mlp:16 --policy none --personalization none",
        "--model mlp:16 --policy none --personalization local",
        "--model mlp:16 --policy none --personalization fedper",
        "--model mlp:16 --policy none --personalization fedrep",
        "--model mlp:16 --policy none --personalization ditto:0.1",
        "--model mlp:16 --policy none --personalization apfl",
        "--model mlp:16 --policy none --clusters 2 --groups none",
      })
  void imagesOfEveryPersonalKind(String flags) throws Exception {
    run("--devices 6 --rounds 1 " + flags);
    Dataset images = DataSource.parse("fashion-mnist").load(options("label"));
    byte[] pixels = ((FeatureTable.Bytes) images.features()).bytes();
    float[] raw = new float[ROWS * images.input().size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = pixels[i] & 0xff;
    }
    assertTrue(checkAll(raw) >= 7);
  }

  @Test
  void devicesInGroupsHaveTheBodyOfTheirs() throws Exception {
    run("--devices 12 --rounds 8 --model mlp:32 --shift labels:2 --target local --partition iid");
    SavedModels models = SavedModels.of(directory.resolve("run"));
    assertTrue(models.global().size() > 1, "the trials of this run find groups");
    imagesAreTheSame();
  }

  private void imagesAreTheSame() throws Exception {
    Dataset images = DataSource.parse("fashion-mnist").load(options("label"));
    byte[] pixels = ((FeatureTable.Bytes) images.features()).bytes();
    float[] raw = new float[ROWS * images.input().size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = pixels[i] & 0xff;
    }
    assertTrue(checkAll(raw) > 12);
  }

  @Test
  void tableOfClasses() throws Exception {
    String data = "csv:../examples/own-data/example.csv";
    run("--devices 4 --rounds 2 --target local --base 0 --model mlp:8 --data " + data);
    checkAll(raw(data, "label"));
  }

  @Test
  void tableOfNumbers() throws Exception {
    Path table = directory.resolve("table.csv");
    Files.write(table, numbers());
    String data = "csv:" + table;
    run(
        "--devices 4 --rounds 2 --target local --base 0 --model mlp:8 --policy none --task"
            + " regression --label-column y --partition iid --data "
            + data);
    checkAll(raw(data, "y"));
  }

  private static List<String> numbers() {
    List<String> lines = new ArrayList<>(List.of("seconds,always,small,y"));
    Random random = new Random(5);
    for (int i = 0; i < 400; i++) {
      double seconds = 1e6 + random.nextInt(4000);
      double small = random.nextGaussian() / 1e6;
      double y = 5000 + (seconds - 1e6) / 10 + small * 1e7 + random.nextGaussian();
      lines.add(String.format(Locale.ROOT, "%.0f,7,%.9f,%.3f", seconds, small, y));
    }
    return lines;
  }

  private static ReadOptions options(String label) {
    return new ReadOptions(
        ReadOptions.TaskKind.parse(label.equals("y") ? "regression" : "classification"),
        "device",
        "time",
        label);
  }

  private static float[] raw(String data, String label) {
    Dataset table = DataSource.parse(data).load(options(label));
    FeatureTable.Floats floats = (FeatureTable.Floats) table.features();
    return Arrays.copyOf(floats.values(), ROWS * floats.columns());
  }

  private void run(String flags) {
    kula("simulate --out " + directory.resolve("run") + " " + flags);
  }

  /** Exports all models, and asks each of them. */
  private int checkAll(float[] raw) throws Exception {
    Path run = directory.resolve("run");
    Path exported = directory.resolve("models");
    kula("export --all %s --out %s".formatted(run, exported));
    SavedModels models = SavedModels.of(run);
    ModelCard card = models.card().orElseThrow();
    List<NamedModel> all = new ArrayList<>(models.global());
    models.devices().forEach(device -> all.add(models.device(device)));
    for (NamedModel model : all) {
      SameAsKula.check(exported.resolve(model.prefix() + ".onnx"), card, model, raw);
    }
    assertEquals(all.size(), count(exported));
    return all.size();
  }

  private static long count(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.count();
    }
  }

  private static void kula(String line) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream told = new PrintStream(err, true, StandardCharsets.UTF_8);
    int exit =
        Kula.run(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            told,
            line.split(" "));
    assertEquals(0, exit, () -> err.toString(StandardCharsets.UTF_8));
  }
}
