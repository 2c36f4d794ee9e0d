package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import dev.kula.store.SafeTensors;
import dev.kula.store.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written of a run's models; {@code kula-onnxruntime} asks the graphs themselves. */
final class ExportCommandTest {
  @TempDir static Path shared;

  @TempDir Path directory;

  @BeforeAll
  static void makeRuns() {
    kula("simulate --devices 3 --rounds 1 --model mlp:4 --policy none --out " + shared("run"));
    kula(
        "compare --devices 3 --rounds 1 --model softmax --seeds 1 --methods fedavg --out "
            + shared("compared"));
  }

  private static String shared(String name) {
    return shared.resolve(name).toString();
  }

  private static String kula(String line) {
    RunningCommand done = RunningCommand.of(line);
    assertEquals(0, done.exit(), done::err);
    return done.out();
  }

  private static void mistake(String words, String line) {
    RunningCommand done = RunningCommand.of(line);
    assertEquals(Kula.USER_MISTAKE, done.exit(), done::err);
    assertEquals(1, done.err().lines().count(), done::err);
    assertTrue(done.err().contains(words), done::err);
  }

  private static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @Test
  void aPersonalModelIsWhole() {
    Path file = directory.resolve("one.safetensors");
    String out =
        kula(
            "export %s --device device-01 --format safetensors --out %s"
                .formatted(shared("run"), file));
    assertEquals(file + "\n", out);
    SafeTensors.Contents written = SafeTensors.read(file);
    SafeTensors.Contents run = SafeTensors.read(shared.resolve("run/" + SavedModels.RUN));
    NamedModel whole = written.model("");
    NamedModel body = run.model("global");
    NamedModel head = run.model("personal/device-01");
    assertEquals(body.layout(), whole.layout());
    assertEquals(body.layout().head(), head.layout());
    float[] expected = body.parameters().clone();
    System.arraycopy(
        head.parameters(), 0, expected, body.layout().headOffset(), head.parameters().length);
    assertArrayEquals(expected, whole.parameters());
    ModelCard card = ModelCard.parse(written.metadata().getOrDefault(ModelCard.KEY, ""));
    assertEquals("mlp:4", card.model());
    assertEquals(10, card.labels().size());
    assertEquals("device-01", written.metadata().get("name"));
  }

  @Test
  void allAreInADirectoryThatIsThereWhole() throws IOException {
    Path all = directory.resolve("all");
    kula("export %s --all --out %s".formatted(shared("run"), all));
    assertEquals(
        Set.of("device-00.onnx", "device-01.onnx", "device-02.onnx", "global.onnx"), names(all));
    assertEquals(Set.of("all"), names(directory));
    kula("export %s --out %s".formatted(shared("run"), directory.resolve("g.onnx")));
    assertEquals(-1, Files.mismatch(directory.resolve("g.onnx"), all.resolve("global.onnx")));
  }

  @Test
  void mistakesAreToldInALine() throws IOException {
    String run = shared("run");
    mistake(
        "did you mean device-01?",
        "export %s --device devise-01 --out %s/x".formatted(run, directory));
    mistake("--format is 'onx', must be onnx or safetensors", "export " + run + " --format onx");
    mistake("must be one of the two", "export " + run + " --all --device device-01");
    mistake("is there already, must be new", "export %s --out %s".formatted(run, directory));
    mistake(
        "is in a directory that is not there", "export %s --out %s/no/x".formatted(run, directory));
    mistake("is no directory, must be one", "export " + directory.resolve("none"));
    mistake("there is no models.safetensors in it", "export " + directory);
    mistake("only simulate and orchestrate keep them", "export " + shared("compared"));
    Path half = Files.createDirectory(directory.resolve("half"));
    Files.copy(shared.resolve("run/rounds.jsonl"), half.resolve("rounds.jsonl"));
    mistake("the run has not ended; finish it with --resume", "export " + half);
    byte[] models = Files.readAllBytes(shared.resolve("run/" + SavedModels.RUN));
    Files.write(half.resolve(SavedModels.RUN), Arrays.copyOf(models, models.length - 5));
    mistake("is no model in the safetensors format", "export " + half);
    assertEquals(Set.of("half"), names(directory));
  }

  @Test
  void oldAndForeignModelsAreToldApart() {
    SavedModels saved = SavedModels.of(shared.resolve("run"));
    ModelCard card = saved.card().orElseThrow();
    NamedModel global = saved.global().getFirst();
    write(global, Map.of("method", "of old"));
    mistake("does not say what its models take", "export " + directory);
    kula("export %s --format safetensors".formatted(directory));
    write(global, Map.of(ModelCard.KEY, card.text().replace("mlp:4", "torchscript:m.pt")));
    mistake("PyTorch has torch.onnx.export for it", "export " + directory);
    write(global, Map.of(ModelCard.KEY, card.text().replace("mlp:4", "mlp:5")));
    mistake("its card says 'mlp:5', which has 'hidden1.weight'", "export " + directory);
    write(global, Map.of(ModelCard.KEY, "{}"));
    mistake("its card is not as docs/formats.md says", "export " + directory);
    write(global, Map.of(OwnAttendance.SETTINGS, "AAAA"));
    mistake("has settings of its fleet that cannot be read", "export " + directory);
  }

  private void write(NamedModel model, Map<String, String> metadata) {
    SafeTensors.write(directory.resolve(SavedModels.RUN), List.of(model), metadata);
  }
}
