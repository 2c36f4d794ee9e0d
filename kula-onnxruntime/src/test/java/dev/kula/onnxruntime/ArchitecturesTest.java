package dev.kula.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import dev.kula.engine.Engines;
import dev.kula.model.InputShape;
import dev.kula.model.TrainingEngine;
import dev.kula.onnx.OnnxModel;
import dev.kula.store.ModelCard;
import dev.kula.store.ModelCard.AffineMap;
import dev.kula.store.NamedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every architecture, at sizes that runs do not have, with numbers that nobody trained. */
final class ArchitecturesTest {
  private static final List<String> LABELS = List.of("α", "b, \"c\"", "d");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "softmax,1,28,28",
    "mlp:5,3,4,4",
    "'mlp:16,8',1,7,5",
    "cnn,1,28,28",
    "cnn,3,9,11",
    "cnn,2,4,7"
  })
  void imagesOfAnySize(String model, int channels, int height, int width) throws Exception {
    InputShape input = new InputShape(channels, height, width);
    ModelCard card =
        new ModelCard(
            model,
            input,
            LABELS,
            List.of(),
            List.of(),
            List.of(),
            new AffineMap(0.011f, -0.8f),
            null);
    float[] raw = new float[20 * input.size()];
    Random random = new Random(1);
    for (int i = 0; i < raw.length; i++) {
      raw[i] = random.nextInt(256);
    }
    check(card, raw);
  }

  @ParameterizedTest
  @CsvSource({"softmax,true", "softmax,false", "'mlp:9,4',true", "mlp:12,false"})
  void columnsOfAnyScale(String model, boolean classes) throws Exception {
    int columns = 4;
    ModelCard card =
        new ModelCard(
            model,
            InputShape.vector(columns),
            classes ? LABELS : List.of(),
            IntStream.range(0, columns).mapToObj(i -> "column " + i).toList(),
            // Moments in seconds, a constant, something tiny, something negative.
            List.of(1.7e9 + 0.1, 3.0, 1e-9, -40.0),
            List.of(300.0, 0.0, 1e-9, 12.5),
            null,
            classes ? null : new AffineMap(2.5, 1e4));
    float[] raw = new float[20 * columns];
    Random random = new Random(2);
    for (int i = 0; i < raw.length; i++) {
      double deviation = card.deviations().get(i % columns);
      raw[i] = (float) (card.means().get(i % columns) + deviation * random.nextGaussian());
    }
    check(card, raw);
  }

  private void check(ModelCard card, float[] raw) throws OrtException, IOException {
    NamedModel model;
    try (TrainingEngine engine = Engines.java().create(card.spec(), card.input(), card.task())) {
      model = new NamedModel("global", engine.layout(), engine.initialParameters(new Random(3)));
    }
    Path file = directory.resolve("model.onnx");
    OnnxModel.write(file, card, model, Map.of("name", "global"));
    SameAsKula.check(file, card, model, raw);
    byte[] bytes = Files.readAllBytes(file);
    OnnxModel.write(file, card, model, Map.of("name", "global"));
    assertEquals(-1, Arrays.mismatch(bytes, Files.readAllBytes(file)));
  }

  @Test
  void namesAreInTheMetadata() throws OrtException {
    ModelCard card =
        new ModelCard(
            "softmax",
            InputShape.vector(2),
            LABELS,
            List.of("x", "y"),
            Collections.nCopies(2, 0.0),
            Collections.nCopies(2, 1.0),
            null,
            null);
    NamedModel model;
    try (TrainingEngine engine = Engines.java().create(card.spec(), card.input(), card.task())) {
      model = new NamedModel("global", engine.layout(), engine.initialParameters(new Random(3)));
    }
    Path file = directory.resolve("model.onnx");
    OnnxModel.write(file, card, model, Map.of("name", "global"));
    try (Graph graph = new Graph(file)) {
      assertEquals(
          Map.of(
              "name",
              "global",
              "model",
              "softmax",
              "columns",
              "[\"x\",\"y\"]",
              "labels",
              "[\"α\",\"b, \\\"c\\\"\",\"d\"]"),
          graph.metadata());
    }
  }
}
