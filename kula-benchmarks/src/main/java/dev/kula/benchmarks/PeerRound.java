package dev.kula.benchmarks;

import dev.kula.KulaException;
import dev.kula.engine.Engines;
import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.EngineFactory;
import dev.kula.model.Evaluation;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * Kula's side of the peer comparison: does what the lines of its standard input say and answers
 * each with one line of JSON, until the input ends. {@code peer/compare} drives it; {@code
 * peer/pytorch_loop.py} understands the same lines.
 *
 * <table>
 * <caption>commands</caption>
 * <tr><td>{@code about}</td><td>what computes</td></tr>
 * <tr><td>{@code write DIR}</td><td>writes images, labels and starting parameters for the peers</td></tr>
 * <tr><td>{@code peak}</td><td>GFLOP/s of a matrix product of 1024³ on one core</td></tr>
 * <tr><td>{@code start}</td><td>goes back to the starting parameters</td></tr>
 * <tr><td>{@code rounds N BATCH RATE}</td><td>N rounds: seconds of each, loss of the last, share of
 * the time that was spent outside the engines (Kula alone says)</td></tr>
 * <tr><td>{@code save FILE}</td><td>writes the global model</td></tr>
 * <tr><td>{@code exam}</td><td>accuracy and loss on images that no device holds</td></tr>
 * </table>
 *
 * <p>Numbers in files are little-endian floats without a header.
 */
public final class PeerRound {
  private static final int SIDE = 1024;
  private static final int PRODUCTS = 20;

  private final PeerWork work;

  private PeerRound(PeerWork work) {
    this.work = work;
  }

  /** Takes the arguments {@code MODEL DEVICES THREADS}. */
  public static void main(String[] arguments) throws IOException {
    serve(Engines.best(), Engines.backend(), arguments);
  }

  /**
   * Does the work on other engines.
   *
   * @param about what they compute with, for people
   * @param arguments {@code MODEL DEVICES THREADS}
   */
  public static void serve(EngineFactory engines, String about, String[] arguments)
      throws IOException {
    if (arguments.length != 3) {
      throw KulaException.user(
          "there are %d arguments, must be MODEL DEVICES THREADS; try mlp:200 100 2"
              .formatted(arguments.length));
    }
    try (PeerWork work =
        new PeerWork(
            ModelSpec.parse(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            engines)) {
      PeerRound peer = new PeerRound(work);
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      PrintStream out = System.out;
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        out.println(peer.answer(line.split(" "), about));
        out.flush();
      }
    }
  }

  private String answer(String[] command, String about) throws IOException {
    return switch (command[0]) {
      case "about" -> "{\"about\": \"Java %s, %s\"}".formatted(Runtime.version().feature(), about);
      case "write" -> write(Path.of(command[1]));
      case "peak" -> json("gflops", peak());
      case "start" -> {
        work.restart();
        yield "{}";
      }
      case "rounds" ->
          rounds(
              Integer.parseInt(command[1]),
              Integer.parseInt(command[2]),
              Float.parseFloat(command[3]));
      case "save" -> {
        save(Path.of(command[1]), List.of(work.global()));
        yield "{}";
      }
      case "exam" -> exam();
      default ->
          throw KulaException.user(
              "command is '%s', must be one that PeerRound lists; see its Javadoc"
                  .formatted(command[0]));
    };
  }

  private String rounds(int count, int batch, float rate) {
    StringJoiner seconds = new StringJoiner(", ", "[", "]");
    double loss = 0;
    double engineBefore = work.engineSeconds();
    double total = 0;
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      loss = work.round(batch, rate);
      double taken = (System.nanoTime() - begin) / 1e9;
      seconds.add(number(taken));
      total += taken;
    }
    double outside = 1 - (work.engineSeconds() - engineBefore) / total;
    return "{\"seconds\": %s, \"loss\": %s, \"outside\": %s}"
        .formatted(seconds, number(loss), number(outside));
  }

  private String exam() {
    Evaluation result = work.examine();
    return "{\"accuracy\": %s, \"loss\": %s}"
        .formatted(number(result.correctSum() / result.weight()), number(result.loss()));
  }

  /** The fastest of some products, in GFLOP/s. */
  private double peak() {
    MatrixProduct product = new MatrixProduct();
    product.library =
        Stream.of(BlasLibrary.values())
            .filter(library -> work.backend().startsWith(library.notation()))
            .findFirst()
            .orElseThrow();
    product.side = SIDE;
    product.prepare();
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < PRODUCTS; i++) {
      long begin = System.nanoTime();
      product.multiply();
      fastest = Math.min(fastest, System.nanoTime() - begin);
    }
    return 2.0 * SIDE * SIDE * SIDE / fastest;
  }

  private String write(Path directory) throws IOException {
    Files.createDirectories(directory);
    save(directory.resolve("samples"), work.training().stream().map(PeerRound::features).toList());
    save(directory.resolve("labels"), work.training().stream().map(PeerRound::labels).toList());
    save(directory.resolve("exam-samples"), List.of(features(work.exam())));
    save(directory.resolve("exam-labels"), List.of(labels(work.exam())));
    save(directory.resolve("start"), List.of(work.start()));
    return "{}";
  }

  private static float[] features(Samples samples) {
    float[] features = new float[samples.size() * samples.features()];
    for (int i = 0; i < samples.size(); i++) {
      samples.copyFeatures(i, features, i * samples.features());
    }
    return features;
  }

  private static float[] labels(Samples samples) {
    float[] labels = new float[samples.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = samples.target(i);
    }
    return labels;
  }

  private static void save(Path file, Collection<float[]> parts) throws IOException {
    int length = parts.stream().mapToInt(part -> part.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] part : parts) {
      for (float number : part) {
        bytes.putFloat(number);
      }
    }
    Files.write(file, bytes.array());
  }

  private static String json(String name, double value) {
    return "{\"%s\": %s}".formatted(name, number(value));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6f", value);
  }
}
