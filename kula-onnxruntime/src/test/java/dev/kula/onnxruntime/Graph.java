package dev.kula.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.kula.model.InputShape;
import dev.kula.store.ModelCard;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** An exported model, loaded by ONNX Runtime. */
final class Graph implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /** What a graph said of a batch. */
  record Said(float[][] probabilities, long[] classes, float[] predictions) {}

  Graph(Path file) throws OrtException {
    session = environment.createSession(file.toString());
  }

  Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  Said ask(ModelCard card, float[] raw) throws OrtException {
    InputShape input = card.input();
    long batch = raw.length / input.size();
    long[] shape =
        card.pixels() == null
            ? new long[] {batch, input.size()}
            : new long[] {batch, input.channels(), input.height(), input.width()};
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(raw), shape);
        OrtSession.Result result = session.run(Map.of("input", tensor))) {
      return card.target() == null
          ? new Said(
              (float[][]) result.get("probabilities").orElseThrow().getValue(),
              (long[]) result.get("class").orElseThrow().getValue(),
              new float[0])
          : new Said(
              new float[0][],
              new long[0],
              (float[]) result.get("prediction").orElseThrow().getValue());
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
