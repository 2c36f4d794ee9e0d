package dev.kula.model;

import java.util.List;

/**
 * Where each named tensor lies in the flat parameter array: row-major, without gaps, in the order
 * given. Weight matrices are {@code [out, in]}. The last two tensors are the weight and the bias of
 * the output layer, together the <em>head</em>; all before is the <em>body</em>.
 *
 * @param tensors in the order of their offsets
 */
public record ParameterLayout(List<Tensor> tensors) {
  /**
   * One tensor.
   *
   * @param name unique in the layout, such as {@code hidden1.weight}
   * @param shape sizes, outermost first
   * @param offset index of its first number in the flat array
   */
  public record Tensor(String name, List<Integer> shape, int offset) {
    public Tensor {
      shape = List.copyOf(shape);
    }

    /** Numbers in the tensor. */
    public int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }
  }

  public ParameterLayout {
    tensors = List.copyOf(tensors);
    if (tensors.size() < 2) {
      throw new IllegalArgumentException("a layout needs at least the head's weight and bias");
    }
    int expected = 0;
    for (Tensor tensor : tensors) {
      if (tensor.offset() != expected) {
        throw new IllegalArgumentException(
            "tensor %s is at offset %d, must be at %d"
                .formatted(tensor.name(), tensor.offset(), expected));
      }
      expected += tensor.size();
    }
  }

  /** Numbers in the flat array. */
  public int size() {
    Tensor last = tensors.getLast();
    return last.offset() + last.size();
  }

  /** Index of the first number of the head. */
  public int headOffset() {
    return tensors.get(tensors.size() - 2).offset();
  }

  /** Numbers in the head. */
  public int headSize() {
    return size() - headOffset();
  }

  /** The layout of the head alone, as if it began at 0. */
  public ParameterLayout head() {
    return new ParameterLayout(
        tensors.subList(tensors.size() - 2, tensors.size()).stream()
            .map(t -> new Tensor(t.name(), t.shape(), t.offset() - headOffset()))
            .toList());
  }

  /** Index of the first number that {@code scope} trains. */
  public int offset(Scope scope) {
    return switch (scope) {
      case ALL, BODY -> 0;
      case HEAD -> headOffset();
    };
  }

  /** Index after the last number that {@code scope} trains. */
  public int end(Scope scope) {
    return switch (scope) {
      case ALL, HEAD -> size();
      case BODY -> headOffset();
    };
  }
}
