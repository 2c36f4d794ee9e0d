package dev.kula.app.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kula.KulaException;
import dev.kula.app.http.HttpPort.Answer;
import dev.kula.app.http.HttpPort.Request;
import dev.kula.client.Prediction;
import dev.kula.client.ServedModel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where an application on the device's machine asks its personal model. {@code POST /predict} takes
 * a sample as a JSON object, a value by the name of its column, or a list of at most 1000, and
 * answers an object or a list: of a classification {@code label} and {@code probabilities}, of a
 * regression {@code value}. {@code GET /model} says which model answers. 503 while there is none.
 * Pages in a browser are not answered. A model tells of the samples that it has learnt from:
 * whoever can ask can learn that, too.
 */
public final class PredictionPort implements AutoCloseable {
  /** Samples of a request. */
  private static final int MOST = 1000;

  private final HttpPort port;

  private PredictionPort(HttpPort port) {
    this.port = port;
  }

  /**
   * Listens.
   *
   * @param address port 0 for any that is free
   * @param model that is asked; not closed
   * @throws KulaException the user's mistake, if the address cannot be had
   */
  public static PredictionPort open(InetSocketAddress address, ServedModel model) {
    return new PredictionPort(HttpPort.open("--serve", address, request -> answer(request, model)));
  }

  private static Answer answer(Request request, ServedModel model) {
    if (request.isOfPage()) {
      return error(403, "the request is of a web page, must be of a program");
    }
    return switch (request.path()) {
      case "/model" ->
          request.method().equals("GET")
              ? status(model)
              : Answer.notAllowed(request.method(), "GET", "HEAD");
      case "/predict" ->
          request.method().equals("POST")
              ? predict(request.body(), model)
              : Answer.notAllowed(request.method(), "POST");
      default -> error(404, "there is no such path, must be /predict or /model");
    };
  }

  private static Answer error(int status, String line) {
    return Answer.json(status, Map.of("error", line));
  }

  private static Answer noModel() {
    return error(503, "there is no personal model yet; ask again after a round");
  }

  private static Answer status(ServedModel model) {
    return model
        .status()
        .map(
            status -> {
              Map<String, Object> told = new LinkedHashMap<>();
              told.put("round", status.round());
              told.put("keptBack", status.keptBack());
              return Answer.json(200, told);
            })
        .orElseGet(PredictionPort::noModel);
  }

  private static Answer predict(byte[] body, ServedModel model) {
    JsonNode asked;
    try {
      asked = HttpPort.JSON.readTree(body);
    } catch (JacksonException broken) {
      return error(400, "the request is not JSON (%s)".formatted(broken.getOriginalMessage()));
    } catch (IOException broken) {
      return error(400, "the request is not JSON");
    }
    if (!asked.isObject() && !asked.isArray()) {
      return error(400, "the request must be an object, a sample, or a list of them");
    }
    if (asked.size() > MOST && asked.isArray()) {
      return error(
          400, "the request has %d samples, must have at most %d".formatted(asked.size(), MOST));
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    try {
      for (JsonNode sample : asked.isArray() ? asked : List.of(asked)) {
        rows.add(row(sample));
      }
      return model
          .predict(rows)
          .map(said -> said.stream().map(PredictionPort::told).toList())
          .map(answers -> Answer.json(200, asked.isArray() ? answers : answers.getFirst()))
          .orElseGet(PredictionPort::noModel);
    } catch (KulaException mistake) {
      if (mistake.blame() != KulaException.Blame.USER) {
        throw mistake;
      }
      return error(400, String.valueOf(mistake.getMessage()));
    }
  }

  private static Map<String, Object> row(JsonNode sample) {
    if (!sample.isObject()) {
      throw KulaException.user(
          "a sample is no object, must be one with a value by the name of each column");
    }
    Map<String, Object> row = new HashMap<>();
    sample
        .properties()
        .forEach(
            column -> {
              JsonNode value = column.getValue();
              if (value.isNumber()) {
                row.put(column.getKey(), value.doubleValue());
              } else if (!value.isNull()) {
                row.put(column.getKey(), value.asText());
              }
            });
    return row;
  }

  private static Map<String, Object> told(Prediction prediction) {
    Map<String, Object> told = new LinkedHashMap<>();
    switch (prediction) {
      case Prediction.Value number -> told.put("value", number.value());
      case Prediction.Label label -> {
        told.put("label", label.label());
        told.put("probabilities", label.probabilities());
      }
    }
    return told;
  }

  /** On which it listens. */
  public int port() {
    return port.port();
  }

  @Override
  public void close() {
    port.close();
  }
}
