package dev.kula.onnx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kula.KulaException;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.onnx.proto.Onnx.ModelProto;
import dev.kula.onnx.proto.Onnx.OperatorSetIdProto;
import dev.kula.onnx.proto.Onnx.StringStringEntryProto;
import dev.kula.onnx.proto.Onnx.TensorProto.DataType;
import dev.kula.store.AtomicFile;
import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model as an ONNX graph. {@code input} is what a table or an image has, unscaled: floats {@code
 * [batch, columns]} or {@code [batch, channels, height, width]} from 0 to 255. Of a classification
 * {@code probabilities} ({@code [batch, classes]}) and {@code class} ({@code [batch]}, the number
 * of the most probable) come out, of a regression {@code prediction} ({@code [batch]}) in the
 * target's unit. The batch is of any size.
 *
 * <p>Operators are those of opset {@value #OPSET}: the first in which softmax works along an axis,
 * so that runtimes of the last six years read the file. Columns are scaled in double precision, as
 * Kula does: a column of moments in seconds would lose its seconds in single. The same model gives
 * the same bytes.
 *
 * <p>Format: Open Neural Network Exchange, intermediate representation version {@value
 * #IR_VERSION}.
 */
public final class OnnxModel {
  static final int OPSET = 13;

  /** That which came with the opset. */
  static final int IR_VERSION = 7;

  private static final int KERNEL = 5;

  /** Behind the convolutions. */
  private static final List<Integer> DENSE = List.of(512);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelCard card;
  private final NamedModel model;
  private final Graph graph;

  /** Tensors that have their place in the graph. */
  private int taken;

  private OnnxModel(ModelCard card, NamedModel model) {
    this.card = card;
    this.model = model;
    graph = new Graph(card.model());
  }

  /**
   * Replaces {@code file}, whole or not at all.
   *
   * @param card of the model
   * @param metadata for whoever asks what the file is; the names of labels and columns come to it
   * @throws KulaException USER if the model has no graph that is known here, or its tensors are not
   *     as its card says
   */
  public static void write(
      Path file, ModelCard card, NamedModel model, Map<String, String> metadata) {
    ModelProto built = new OnnxModel(card, model).build(metadata);
    AtomicFile.write(file, built::writeTo);
  }

  private ModelProto build(Map<String, String> metadata) {
    switch (card.spec()) {
      case ModelSpec.Softmax softmax -> output(flat(), card.input().size());
      case ModelSpec.Mlp mlp ->
          output(hidden(flat(), card.input().size(), mlp.hidden()), mlp.hidden().getLast());
      case ModelSpec.Cnn cnn -> output(hidden(convolutions(), convolved(), DENSE), DENSE.getLast());
      case ModelSpec.TorchScript script ->
          throw KulaException.user(
              ("the model is '%s', must be softmax, mlp or cnn to be written as ONNX; PyTorch has"
                      + " torch.onnx.export for it, with the numbers of --format safetensors")
                  .formatted(script.notation()));
      case ModelSpec.Own own ->
          throw KulaException.user(
              ("the model is '%s', of a class of your own, must be softmax, mlp or cnn to be written"
                      + " as ONNX; its numbers are had with --format safetensors")
                  .formatted(own.notation()));
    }
    if (taken < model.layout().tensors().size()) {
      throw mistake("none");
    }
    ModelProto.Builder built =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("kula")
            .setGraph(graph.build())
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
    Map<String, String> all = new TreeMap<>(metadata);
    all.put("model", card.model());
    if (!card.labels().isEmpty()) {
      all.put("labels", json(card.labels()));
    }
    if (!card.columns().isEmpty()) {
      all.put("columns", json(card.columns()));
    }
    all.forEach(
        (key, value) ->
            built.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return built.build();
  }

  private static String json(List<String> names) {
    try {
      return JSON.writeValueAsString(names);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What the model sees, a row a sample. */
  private String flat() {
    return card.pixels() == null
        ? columns()
        : graph.node("Flatten", "flat", List.of(pixels()), Graph.number("axis", 1));
  }

  private String columns() {
    int count = card.columns().size();
    String input = graph.input("input", "columns as the table has them", count);
    String exact = graph.cast(input, DataType.DOUBLE, "exact");
    String means = graph.doubles("means", array(card.means()), count);
    double[] deviations = array(card.deviations());
    for (int i = 0; i < deviations.length; i++) {
      // What was constant in training is 0 to the model, whatever it is.
      deviations[i] = deviations[i] == 0 ? Double.POSITIVE_INFINITY : deviations[i];
    }
    String centred = graph.node("Sub", "centred", List.of(exact, means));
    String by = graph.doubles("deviations", deviations, count);
    return graph.cast(
        graph.node("Div", "standardised", List.of(centred, by)), DataType.FLOAT, "seen");
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private String pixels() {
    ModelCard.AffineMap map = card.pixels();
    if (map == null) {
      throw KulaException.user(
          "the model is '%s', which needs images, but its card has columns; repeat the run"
              .formatted(card.model()));
    }
    InputShape shape = card.input();
    String input =
        graph.input(
            "input", "pixels from 0 to 255", shape.channels(), shape.height(), shape.width());
    String scale = graph.floats("pixel.scale", new float[] {(float) map.scale()});
    String shift = graph.floats("pixel.shift", new float[] {(float) map.shift()});
    return graph.node(
        "Add", "seen", List.of(graph.node("Mul", "scaled", List.of(input, scale)), shift));
  }

  private String convolutions() {
    InputShape shape = card.input();
    String first = convolution("conv1", pixels(), shape.channels(), 32);
    String second = convolution("conv2", first, 32, 64);
    // Kula's images have their channels last.
    String turned =
        graph.node("Transpose", "turned", List.of(second), Graph.numbers("perm", 0, 2, 3, 1));
    return graph.node("Flatten", "flat", List.of(turned), Graph.number("axis", 1));
  }

  /** How many numbers that gives. */
  private int convolved() {
    InputShape shape = card.input();
    return (shape.height() / 2 / 2) * (shape.width() / 2 / 2) * 64;
  }

  /** Zeros beyond the edges; pooling leaves an odd last row or column out. */
  private String convolution(String name, String input, int channels, int filters) {
    float[] kernels = take(name + ".weight", KERNEL, KERNEL, channels, filters);
    float[] turned = new float[kernels.length];
    int pixels = KERNEL * KERNEL;
    for (int pixel = 0, from = 0; pixel < pixels; pixel++) {
      for (int channel = 0; channel < channels; channel++) {
        for (int filter = 0; filter < filters; filter++, from++) {
          turned[(filter * channels + channel) * pixels + pixel] = kernels[from];
        }
      }
    }
    String weight = graph.floats(name + ".weight", turned, filters, channels, KERNEL, KERNEL);
    String bias = graph.floats(name + ".bias", take(name + ".bias", filters), filters);
    long edge = KERNEL / 2;
    String convolved =
        graph.node(
            "Conv",
            name,
            List.of(input, weight, bias),
            Graph.numbers("kernel_shape", KERNEL, KERNEL),
            Graph.numbers("pads", edge, edge, edge, edge));
    String pooled =
        graph.node(
            "MaxPool",
            name + ".pooled",
            List.of(convolved),
            Graph.numbers("kernel_shape", 2, 2),
            Graph.numbers("strides", 2, 2));
    return graph.node("Relu", name + ".rectified", List.of(pooled));
  }

  private String hidden(String input, int inputs, List<Integer> widths) {
    String from = input;
    int width = inputs;
    for (int i = 0; i < widths.size(); i++) {
      String name = "hidden" + (i + 1);
      String sums = dense(name, from, width, widths.get(i));
      from = graph.node("Relu", name + ".rectified", List.of(sums));
      width = widths.get(i);
    }
    return from;
  }

  private String dense(String name, String input, int inputs, int outputs) {
    String weight =
        graph.floats(name + ".weight", take(name + ".weight", outputs, inputs), outputs, inputs);
    String bias = graph.floats(name + ".bias", take(name + ".bias", outputs), outputs);
    return graph.node("Gemm", name, List.of(input, weight, bias), Graph.number("transB", 1));
  }

  private void output(String embedding, int width) {
    int outputs = card.task().outputs();
    String sums = dense("output", embedding, width, outputs);
    ModelCard.AffineMap target = card.target();
    if (target == null) {
      classes(sums, outputs);
    } else {
      value(sums, target);
    }
  }

  private void classes(String sums, int classes) {
    String probabilities =
        graph.node("Softmax", "probabilities", List.of(sums), Graph.number("axis", 1));
    graph.output(probabilities, DataType.FLOAT, "of each class, in the order of labels", classes);
    graph.node(
        "ArgMax",
        "class",
        List.of(probabilities),
        Graph.number("axis", 1),
        Graph.number("keepdims", 0));
    graph.output("class", DataType.INT64, "number of the most probable, from 0");
  }

  private void value(String sums, ModelCard.AffineMap target) {
    String exact = graph.cast(sums, DataType.DOUBLE, "output.exact");
    String scale = graph.doubles("target.scale", new double[] {target.scale()});
    String shift = graph.doubles("target.shift", new double[] {target.shift()});
    String scaled = graph.node("Mul", "output.scaled", List.of(exact, scale));
    String moved = graph.node("Add", "output.moved", List.of(scaled, shift));
    String single = graph.cast(moved, DataType.FLOAT, "output.single");
    graph.node("Squeeze", "prediction", List.of(single, graph.longs("axes", new long[] {1}, 1)));
    graph.output("prediction", DataType.FLOAT, "in the unit of the target");
  }

  /** The numbers of the next tensor, which must be this one. */
  private float[] take(String name, Integer... shape) {
    List<Tensor> tensors = model.layout().tensors();
    Tensor next = tensors.get(Math.min(taken, tensors.size() - 1));
    if (taken == tensors.size()
        || !next.name().equals(name)
        || !next.shape().equals(List.of(shape))) {
      throw mistake("'%s' of shape %s".formatted(name, List.of(shape)));
    }
    taken++;
    return Arrays.copyOfRange(model.parameters(), next.offset(), next.offset() + next.size());
  }

  private KulaException mistake(String wanted) {
    List<String> found =
        model.layout().tensors().stream().map(each -> each.name() + " " + each.shape()).toList();
    return KulaException.user(
        "model '%s' has the tensors %s, but its card says '%s', which has %s at place %d; repeat the run"
            .formatted(model.prefix(), found, card.model(), wanted, taken + 1));
  }
}
