package dev.kula.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.kula.KulaException;
import dev.kula.model.ParameterLayout.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One trained parameter of a loaded module: libtorch's own memory, in reach of Java.
 *
 * <p>Not thread safe.
 */
final class Weight {
  private final Tensor tensor;
  private final PtNDArray array;
  private final MemorySegment values;
  private @Nullable MemorySegment gradient;

  /** Of {@code array}, which lies in the flat parameters as {@code tensor} says. */
  Weight(Tensor tensor, PtNDArray array, String file) {
    this.tensor = tensor;
    this.array = array;
    values = memory(array, tensor.name(), file);
  }

  Tensor tensor() {
    return tensor;
  }

  PtNDArray array() {
    return array;
  }

  /** The numbers, in place, as the module sees them. */
  MemorySegment values() {
    return values;
  }

  /**
   * The sum of the gradients since they were last zero; null if the output never depended on it.
   */
  @Nullable MemorySegment gradient() {
    return gradient;
  }

  /** Finds the gradient that libtorch made with the first backward pass; it stays where it is. */
  void findGradient(String file) {
    if (gradient == null) {
      PtNDArray found = JniUtils.getGradient(array);
      if (found != null) {
        gradient = memory(found, "gradient of " + tensor.name(), file);
      }
    }
  }

  void clearGradient() {
    if (gradient != null) {
      gradient.fill((byte) 0);
    }
  }

  private static MemorySegment memory(PtNDArray array, String name, String file) {
    MemorySegment memory = MemorySegment.ofBuffer(JniUtils.getByteBuffer(array, true));
    // What has no plain layout is copied at each request, to another address.
    if (memory.address() != MemorySegment.ofBuffer(JniUtils.getByteBuffer(array, true)).address()) {
      throw KulaException.user(
          "%s in model '%s' has no contiguous dense layout; save it with .contiguous() parameters"
                  .formatted(name, file)
              + " and without sparse gradients");
    }
    return memory;
  }
}
