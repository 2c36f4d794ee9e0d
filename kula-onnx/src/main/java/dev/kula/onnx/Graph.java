package dev.kula.onnx;

import com.google.protobuf.ByteString;
import dev.kula.onnx.proto.Onnx.AttributeProto;
import dev.kula.onnx.proto.Onnx.GraphProto;
import dev.kula.onnx.proto.Onnx.NodeProto;
import dev.kula.onnx.proto.Onnx.TensorProto;
import dev.kula.onnx.proto.Onnx.TensorShapeProto;
import dev.kula.onnx.proto.Onnx.TypeProto;
import dev.kula.onnx.proto.Onnx.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A graph as it grows, node after node. A value is known by its name. */
final class Graph {
  /** Of every value: as many samples as whoever asks has. */
  private static final String BATCH = "batch";

  private final GraphProto.Builder graph = GraphProto.newBuilder();

  Graph(String name) {
    graph.setName(name);
  }

  GraphProto build() {
    return graph.build();
  }

  /** What goes in: floats, {@code [batch, sizes]}. */
  String input(String name, String meaning, int... sizes) {
    graph.addInput(value(name, TensorProto.DataType.FLOAT, meaning, sizes));
    return name;
  }

  /** What comes out, {@code [batch, sizes]}. */
  void output(String name, TensorProto.DataType type, String meaning, int... sizes) {
    graph.addOutput(value(name, type, meaning, sizes));
  }

  private static ValueInfoProto value(
      String name, TensorProto.DataType type, String meaning, int... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam(BATCH);
    for (int size : sizes) {
      shape.addDimBuilder().setDimValue(size);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setDocString(meaning)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  String floats(String name, float[] values, int... sizes) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return constant(name, TensorProto.DataType.FLOAT, bytes, sizes);
  }

  String doubles(String name, double[] values, int... sizes) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return constant(name, TensorProto.DataType.DOUBLE, bytes, sizes);
  }

  String longs(String name, long[] values, int... sizes) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(name, TensorProto.DataType.INT64, bytes, sizes);
  }

  private String constant(String name, TensorProto.DataType type, ByteBuffer bytes, int... sizes) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    Arrays.stream(sizes).forEach(tensor::addDims);
    graph.addInitializer(tensor);
    return name;
  }

  /**
   * A node with one output.
   *
   * @param operator of ONNX
   * @param output its name, and that of the value
   */
  String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  String cast(String input, TensorProto.DataType type, String output) {
    return node("Cast", output, List.of(input), number("to", type.getNumber()));
  }

  static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto numbers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.build();
  }
}
