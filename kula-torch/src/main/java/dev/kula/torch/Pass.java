package dev.kula.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * One batch on its way through a module, forward and perhaps back. Closing it frees the graph and
 * everything else that libtorch made for it.
 *
 * <p>Not thread safe, and of no use to another thread than the one it began on.
 */
final class Pass implements AutoCloseable {
  private final TorchModule module;
  private final PtNDManager scope;
  private final PtNDArray input;
  private final PtNDArray output;
  private final long[] shape;
  private final boolean gradMode;

  /** What turns a batch into outputs. */
  @FunctionalInterface
  interface Forward {
    PtNDArray apply(PtNDArray input);
  }

  /**
   * Runs forward.
   *
   * @param input where the batch is
   * @param shape of the batch
   * @param inputGradient whether gradients of the batch are wanted
   */
  Pass(
      TorchModule module,
      MemorySegment input,
      Shape shape,
      boolean inputGradient,
      Forward forward) {
    this.module = module;
    this.shape = new long[] {shape.get(0), module.outputs()};
    scope = module.newScope();
    // Kept by libtorch for each thread, which may be another one each time.
    gradMode = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try {
      this.input = array(scope, input, shape);
      if (inputGradient) {
        JniUtils.attachGradient(this.input, true);
      }
      output = forward.apply(this.input);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The outputs, row-major, into {@code into}. */
  void outputs(float[] into) {
    read(output, into, (int) (shape[0] * shape[1]));
  }

  /**
   * Adds to the gradients of the module's weights what {@code outputGradient} leads to, a gradient
   * of the loss by each output, row-major.
   *
   * @param again whether another backward pass is to follow
   */
  void backward(float[] outputGradient, boolean again) {
    MemorySegment gradient = module.outputGradient();
    int numbers = (int) (shape[0] * shape[1]);
    MemorySegment.copy(outputGradient, 0, gradient, ValueLayout.JAVA_FLOAT, 0, numbers);
    JniUtils.backward(output, array(scope, gradient, new Shape(shape)), again, false);
    module.findGradients();
  }

  /** After a backward pass, the gradients of the batch's own numbers into {@code into}. */
  void inputGradient(float[] into, int numbers) {
    PtNDArray gradient = JniUtils.getGradient(input);
    if (gradient == null) {
      Arrays.fill(into, 0, numbers, 0f);
    } else {
      read(gradient, into, numbers);
    }
  }

  private static void read(PtNDArray from, float[] into, int numbers) {
    MemorySegment memory = MemorySegment.ofBuffer(JniUtils.getByteBuffer(from, true));
    MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, into, 0, numbers);
  }

  /** A tensor on {@code memory} itself, without a copy. */
  private static PtNDArray array(PtNDManager scope, MemorySegment memory, Shape shape) {
    return JniUtils.createNdFromByteBuffer(
        scope,
        memory.asSlice(0, shape.size() * Float.BYTES).asByteBuffer(),
        shape,
        DataType.FLOAT32,
        SparseFormat.DENSE,
        Device.cpu());
  }

  @Override
  public void close() {
    JniUtils.setGradMode(gradMode);
    scope.close();
  }
}
