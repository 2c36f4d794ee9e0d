package dev.kula.torch;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.kula.KulaException;
import dev.kula.model.InputShape;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A module that libtorch loaded, its weights and the buffers between it and Java.
 *
 * <p>DJL's gradient collector is one for the whole process, so it is not used: a pass sets
 * libtorch's grad mode, which belongs to the thread, and asks for the backward pass itself. Modules
 * share no tensor, and libtorch computes on the thread that calls, so engines on different threads
 * have nothing in common but the generator of dropout, which a lock guards.
 *
 * <p>Not thread safe, but may be used by one thread after another.
 */
final class TorchModule implements AutoCloseable {
  private static final int MOST_ROWS = 256;

  /** Most numbers in a batch, 16 MB, of samples that are large. */
  private static final int MOST_NUMBERS = 1 << 22;

  private static final long ALIGNMENT = 64;

  /** Guards libtorch's generator of random numbers. */
  private static final Object GENERATOR = new Object();

  private final String file;
  private final InputShape inputShape;
  private final int outputs;
  private final Arena arena = Arena.ofShared();
  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final List<Weight> weights = new ArrayList<>();
  private final ParameterLayout layout;
  private final float[] fileParameters;
  private final int capacity;
  private final MemorySegment input;
  private final MemorySegment embedded;
  private final MemorySegment outputGradient;
  private int required;
  private boolean training;
  private boolean drawsRandomNumbers;

  /**
   * Loads a module and checks it.
   *
   * @param file names it in messages
   * @param content of the file
   * @throws KulaException (USER) if it breaks the rules of the package page
   */
  static TorchModule load(String file, byte[] content, InputShape input, int outputs) {
    PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
    TorchModule module;
    try {
      module = new TorchModule(file, content, input, outputs, manager);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
    try {
      TorchLibrary.prepareThread();
      module.drawsRandomNumbers = new ModuleCheck(module).drawsRandomNumbers();
      return module;
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private TorchModule(
      String file, byte[] content, InputShape inputShape, int outputs, PtNDManager manager) {
    this.file = file;
    this.inputShape = inputShape;
    this.outputs = outputs;
    this.manager = manager;
    block = read(content);
    List<Tensor> tensors = new ArrayList<>();
    int offset = 0;
    for (NDArray parameter : JniUtils.moduleGetParams(block, manager)) {
      PtNDArray array = (PtNDArray) parameter;
      if (JniUtils.requiresGrad(array)) {
        Tensor tensor = ModuleCheck.tensor(array, offset, file);
        offset = Math.addExact(offset, tensor.size());
        tensors.add(tensor);
        weights.add(new Weight(tensor, array, file));
      }
    }
    ModuleCheck.requireHead(weights, outputs, file);
    layout = new ParameterLayout(tensors);
    fileParameters = new float[layout.size()];
    copyOut(fileParameters, 0);
    capacity = Math.clamp(MOST_NUMBERS / inputShape.size(), 1, MOST_ROWS);
    input = allocate(inputShape.size());
    embedded = allocate(embeddingSize());
    outputGradient = allocate(outputs);
    JniUtils.enableInferenceMode(block);
  }

  private PtSymbolBlock read(byte[] content) {
    try {
      return JniUtils.loadModule(manager, new ByteArrayInputStream(content), true, false);
    } catch (EngineException e) {
      throw KulaException.user(
          "model file '%s' is no TorchScript model: %s; write it with torch.jit.script(model).save"
              .formatted(file, TorchError.reason(e)),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private MemorySegment allocate(int width) {
    return arena.allocate(Math.multiplyExact(capacity, width) * (long) Float.BYTES, ALIGNMENT);
  }

  String file() {
    return file;
  }

  ParameterLayout layout() {
    return layout;
  }

  List<Weight> weights() {
    return weights;
  }

  /** The parameters that the file holds. */
  float[] fileParameters() {
    return fileParameters.clone();
  }

  int outputs() {
    return outputs;
  }

  int features() {
    return inputShape.size();
  }

  /** Numbers in what feeds the output layer. */
  int embeddingSize() {
    return headWeight().tensor().shape().getLast();
  }

  /** Most samples in one pass. */
  int capacity() {
    return capacity;
  }

  private int head() {
    return weights.size() - 2;
  }

  private Weight headWeight() {
    return weights.get(head());
  }

  /** Makes {@code parameters} those of the module. */
  void copyIn(float[] parameters) {
    for (Weight weight : weights) {
      Tensor tensor = weight.tensor();
      MemorySegment.copy(
          parameters, tensor.offset(), weight.values(), ValueLayout.JAVA_FLOAT, 0, tensor.size());
    }
  }

  /** The module's parameters from index {@code from} on, the first of a tensor. */
  void copyOut(float[] parameters, int from) {
    for (Weight weight : weights) {
      Tensor tensor = weight.tensor();
      if (tensor.offset() >= from) {
        MemorySegment.copy(
            weight.values(), ValueLayout.JAVA_FLOAT, 0, parameters, tensor.offset(), tensor.size());
      }
    }
  }

  void clearGradients() {
    weights.forEach(Weight::clearGradient);
  }

  /** Finds what a first backward pass made. */
  void findGradients() {
    for (Weight weight : weights.subList(required, weights.size())) {
      weight.findGradient(file);
    }
  }

  /** Where the outputs' gradient is handed over. */
  MemorySegment outputGradient() {
    return outputGradient;
  }

  PtNDManager newScope() {
    return (PtNDManager) manager.newSubManager();
  }

  /** Outputs of the first {@code rows} samples in {@code batch}, as in use, into {@code into}. */
  void infer(float[] batch, int rows, float[] into) {
    requireGradients(weights.size());
    try (Pass pass = pass(batch, rows, false, false)) {
      pass.outputs(into);
    }
  }

  /**
   * A pass as in training, through the whole module. Modules with dropout draw one number from
   * {@code random}.
   */
  Pass train(float[] batch, int rows, RandomGenerator random) {
    requireGradients(0);
    if (!drawsRandomNumbers) {
      return pass(batch, rows, true, false);
    }
    synchronized (GENERATOR) {
      JniUtils.setSeed(random.nextLong());
      return pass(batch, rows, true, false);
    }
  }

  /** A pass through the output layer alone, of what feeds it. */
  Pass trainHead(float[] embeddings, int rows) {
    requireGradients(head());
    int width = embeddingSize();
    MemorySegment.copy(embeddings, 0, embedded, ValueLayout.JAVA_FLOAT, 0, rows * width);
    PtNDArray weight = headWeight().array();
    PtNDArray bias = weights.getLast().array();
    return new Pass(
        this,
        embedded,
        new Shape(rows, width),
        false,
        batch -> JniUtils.linear(batch, weight, bias));
  }

  /** A pass as in use that gives gradients of the batch's own numbers. */
  Pass explain(float[] batch, int rows) {
    requireGradients(weights.size());
    return pass(batch, rows, false, true);
  }

  /**
   * What feeds the output layer, into {@code into} from {@code offset} on. With W the weight and E
   * the embeddings, the outputs are E·Wᵀ + b, and what a backward pass of the output gradient G
   * makes for W is Gᵀ·E. So a G that picks as many samples as there are outputs, each for another
   * output, gives their embeddings; it goes back through the output layer alone.
   */
  void embed(float[] batch, int rows, float[] into, int offset) {
    requireGradients(head());
    int width = embeddingSize();
    float[] picks = new float[rows * outputs];
    try (Pass pass = pass(batch, rows, false, false)) {
      for (int first = 0; first < rows; first += outputs) {
        int some = Math.min(outputs, rows - first);
        Arrays.fill(picks, 0f);
        for (int i = 0; i < some; i++) {
          picks[(first + i) * outputs + i] = 1;
        }
        headWeight().clearGradient();
        pass.backward(picks, first + some < rows);
        MemorySegment gradient = headWeight().gradient();
        if (gradient != null) {
          int at = offset + first * width;
          MemorySegment.copy(gradient, ValueLayout.JAVA_FLOAT, 0, into, at, some * width);
        }
      }
    }
  }

  /** Whether a pass as in training draws random numbers, on {@code rows} samples. */
  boolean drawsRandomNumbers(float[] batch, int rows) {
    synchronized (GENERATOR) {
      try (PtNDManager scope = newScope()) {
        JniUtils.setSeed(1);
        float before = scope.randomUniform(0, 1, new Shape(1)).toFloatArray()[0];
        JniUtils.setSeed(1);
        pass(batch, rows, true, false).close();
        return scope.randomUniform(0, 1, new Shape(1)).toFloatArray()[0] != before;
      }
    }
  }

  private Pass pass(float[] batch, int rows, boolean train, boolean inputGradient) {
    if (train != training) {
      if (train) {
        JniUtils.enableTrainingMode(block);
      } else {
        JniUtils.enableInferenceMode(block);
      }
      training = train;
    }
    MemorySegment.copy(batch, 0, input, ValueLayout.JAVA_FLOAT, 0, rows * features());
    Shape shape =
        inputShape.isImage()
            ? new Shape(rows, inputShape.channels(), inputShape.height(), inputShape.width())
            : new Shape(rows, features());
    return new Pass(this, input, shape, inputGradient, this::forward);
  }

  private PtNDArray forward(PtNDArray batch) {
    NDList results;
    try {
      results = IValueUtils.forward(block, new NDList(batch), true);
    } catch (EngineException | IllegalArgumentException | UnsupportedOperationException e) {
      throw KulaException.user(
          "model '%s' cannot take samples of these data, batches of %s: %s; change its first layer"
              .formatted(file, batch.getShape(), TorchError.reason(e)),
          e);
    }
    Shape expected = new Shape(batch.getShape().get(0), outputs);
    if (results.size() != 1 || !results.getFirst().getShape().equals(expected)) {
      throw KulaException.user(
          "model '%s' makes %s of a batch of %s, must make one tensor %s; change what it returns"
              .formatted(
                  file,
                  results.stream().map(NDArray::getShape).toList(),
                  batch.getShape(),
                  expected));
    }
    return (PtNDArray) results.getFirst();
  }

  /** Lets gradients flow to the weights from index {@code first} on, and to no others. */
  private void requireGradients(int first) {
    for (int i = Math.min(first, required); i < Math.max(first, required); i++) {
      JniUtils.attachGradient(weights.get(i).array(), i >= first);
    }
    required = first;
  }

  @Override
  public void close() {
    manager.close();
    arena.close();
  }
}
