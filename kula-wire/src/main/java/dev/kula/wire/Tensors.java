package dev.kula.wire;

import com.google.protobuf.UnsafeByteOperations;
import dev.kula.aggregate.BlockFloats;
import dev.kula.wire.v1.Wire;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays of floats, bit for bit. */
final class Tensors {
  private Tensors() {}

  static Wire.Tensor encode(float[] numbers) {
    byte[] bytes = new byte[Math.multiplyExact(numbers.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(numbers);
    return Wire.Tensor.newBuilder()
        .setEncoding(Wire.Encoding.ENCODING_FLOAT32)
        .setLength(numbers.length)
        .setData(UnsafeByteOperations.unsafeWrap(bytes)) // nobody else has them
        .build();
  }

  /** In as few bytes as give the same numbers again. */
  static Wire.Tensor compact(float[] numbers) {
    return BlockFloats.encode(numbers, 8)
        .map(bytes -> blocks(Wire.Encoding.ENCODING_BLOCK8, numbers.length, bytes))
        .or(
            () ->
                BlockFloats.encode(numbers, 16)
                    .map(bytes -> blocks(Wire.Encoding.ENCODING_BLOCK16, numbers.length, bytes)))
        .orElseGet(() -> encode(numbers));
  }

  private static Wire.Tensor blocks(Wire.Encoding encoding, int length, byte[] bytes) {
    return Wire.Tensor.newBuilder()
        .setEncoding(encoding)
        .setLength(length)
        .setData(UnsafeByteOperations.unsafeWrap(bytes))
        .build();
  }

  static float[] decode(boolean there, Wire.Tensor tensor, int most, String name) {
    Checks.present(there, tensor, name);
    return switch (tensor.getEncoding()) {
      case ENCODING_FLOAT32 -> floats(tensor, most, name);
      case ENCODING_BLOCK8 -> blocks(tensor, most, 8, name);
      case ENCODING_BLOCK16 -> blocks(tensor, most, 16, name);
      case ENCODING_UNSPECIFIED, UNRECOGNIZED ->
          throw Checks.refused(
              "encoding of " + name, tensor.getEncodingValue(), "one of version 1 of the protocol");
    };
  }

  private static float[] blocks(Wire.Tensor tensor, int most, int bits, String name) {
    int length = length(tensor, most, name);
    return BlockFloats.decode(tensor.getData().toByteArray(), length, bits);
  }

  private static int length(Wire.Tensor tensor, int most, String name) {
    int length = tensor.getLength();
    if (length < 0) {
      throw Checks.refused("length of " + name, Integer.toUnsignedLong(length), "below 2^31");
    }
    return Checks.atMost(length, most, name);
  }

  private static float[] floats(Wire.Tensor tensor, int most, String name) {
    int length = length(tensor, most, name);
    if (tensor.getData().size() != (long) length * Float.BYTES) {
      throw Checks.refused(
          "data of " + name,
          tensor.getData().size() + " bytes",
          "4 for each of " + length + " numbers");
    }
    float[] numbers = new float[length];
    tensor
        .getData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(numbers);
    return numbers;
  }
}
