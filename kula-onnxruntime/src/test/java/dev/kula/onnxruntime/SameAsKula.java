package dev.kula.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import dev.kula.engine.Engines;
import dev.kula.model.TrainingEngine;
import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import java.nio.file.Path;
import java.util.Arrays;

/** Holds a graph against Kula's own engine. */
final class SameAsKula {
  private static final float TOLERANCE = 1e-5f;

  private SameAsKula() {}

  /** What both say of all rows, in batches of several sizes. */
  static void check(Path file, ModelCard card, NamedModel model, float[] raw) throws OrtException {
    int outputs = card.task().outputs();
    Rows rows = new Rows(card, raw);
    float[] expected = new float[rows.size() * outputs];
    try (TrainingEngine engine = Engines.best().create(card.spec(), card.input(), card.task())) {
      assertEquals(engine.layout(), model.layout());
      engine.outputs(model.parameters(), rows, expected);
    }
    try (Graph graph = new Graph(file)) {
      for (int batch : new int[] {1, 7, rows.size()}) {
        float[] some = Arrays.copyOf(raw, batch * rows.features());
        Graph.Said said = graph.ask(card, some);
        if (card.target() == null) {
          checkClasses(said, expected, batch, outputs);
        } else {
          checkValues(said, card.target(), expected, batch);
        }
      }
    }
  }

  private static void checkClasses(Graph.Said said, float[] expected, int batch, int classes) {
    assertEquals(batch, said.probabilities().length);
    for (int row = 0; row < batch; row++) {
      float[] own = Arrays.copyOfRange(expected, row * classes, (row + 1) * classes);
      assertArrayEquals(own, said.probabilities()[row], TOLERANCE, "row " + row);
      int best = 0;
      for (int i = 0; i < classes; i++) {
        best = said.probabilities()[row][i] > said.probabilities()[row][best] ? i : best;
      }
      assertEquals(best, said.classes()[row]);
    }
  }

  private static void checkValues(
      Graph.Said said, ModelCard.AffineMap target, float[] expected, int batch) {
    assertEquals(batch, said.predictions().length);
    for (int row = 0; row < batch; row++) {
      double own = expected[row] * target.scale() + target.shift();
      assertEquals(
          own, said.predictions()[row], TOLERANCE * target.scale() + Math.ulp((float) own));
    }
  }
}
