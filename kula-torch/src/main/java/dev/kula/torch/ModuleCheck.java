package dev.kula.torch;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.model.ParameterLayout.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Finds out, on numbers of its own, whether a module keeps the rules of the package page. */
final class ModuleCheck {
  private static final float TOLERANCE = 1e-3f;

  private final TorchModule module;
  private final int rows;
  private final float[] batch;
  private final RandomGenerator random = new Seed(1).generator();

  ModuleCheck(TorchModule module) {
    this.module = module;
    rows = Math.clamp(module.outputs(), 2, module.capacity());
    batch = new float[rows * module.features()];
    // From 0 to 1, so that a module may take them for numbers of words as well.
    for (int i = 0; i < batch.length; i++) {
      batch[i] = random.nextFloat();
    }
  }

  /** A trained parameter as a tensor of the layout. */
  static Tensor tensor(PtNDArray parameter, int offset, String file) {
    if (parameter.getDataType() != DataType.FLOAT32) {
      throw KulaException.user(
          "parameter '%s' of model '%s' is %s, must be float32; call model.float() before saving it"
              .formatted(
                  parameter.getName(),
                  file,
                  parameter.getDataType().toString().toLowerCase(Locale.ROOT)));
    }
    List<Integer> shape =
        Arrays.stream(parameter.getShape().getShape()).mapToObj(Math::toIntExact).toList();
    return new Tensor(parameter.getName(), shape, offset);
  }

  /** Holds the last two weights to what an output layer has. */
  static void requireHead(List<Weight> weights, int outputs, String file) {
    if (weights.isEmpty()) {
      throw KulaException.user(
          ("model '%s' has no parameters to train, must have some; write it with"
                  + " torch.jit.script(model).save, without torch.jit.freeze and with requires_grad")
              .formatted(file));
    }
    Set<Long> addresses = new HashSet<>();
    for (Weight weight : weights) {
      if (!addresses.add(weight.values().address())) {
        throw KulaException.user(
            "parameter '%s' of model '%s' is another one under a second name, must be its own; untie it"
                .formatted(weight.tensor().name(), file));
      }
    }
    List<Tensor> last =
        weights.subList(Math.max(0, weights.size() - 2), weights.size()).stream()
            .map(Weight::tensor)
            .toList();
    List<Integer> weight = last.getFirst().shape();
    if (last.size() < 2
        || weight.size() != 2
        || weight.getFirst() != outputs
        || !last.getLast().shape().equals(List.of(outputs))) {
      throw refusedHead(
          file,
          "its last parameters are " + last.stream().map(ModuleCheck::show).toList(),
          outputs);
    }
  }

  /**
   * Holds outputs, state and the output layer to the rules.
   *
   * @return whether the module draws random numbers in training
   */
  boolean drawsRandomNumbers() {
    float[] parameters = module.fileParameters();
    spreadHead(parameters);
    module.copyIn(parameters);
    float[] outputs = infer();
    requireLinearHead(outputs);
    boolean draws = module.drawsRandomNumbers(batch, rows);
    if (!Arrays.equals(outputs, infer())) {
      throw KulaException.user(
          ("model '%s' gives other outputs after a pass in training, must keep no state besides its"
                  + " parameters; use GroupNorm or LayerNorm in place of BatchNorm")
              .formatted(module.file()));
    }
    return draws;
  }

  private float[] infer() {
    float[] outputs = new float[rows * module.outputs()];
    module.infer(batch, rows, outputs);
    return outputs;
  }

  /** A head of zeros would be linear in whatever comes before it. */
  private void spreadHead(float[] parameters) {
    for (int i = module.layout().headOffset(); i < parameters.length; i++) {
      parameters[i] = random.nextFloat() - 0.5f;
    }
  }

  private void requireLinearHead(float[] outputs) {
    int width = module.embeddingSize();
    int count = Math.min(rows, module.outputs());
    float[] embeddings = new float[count * width];
    module.embed(batch, count, embeddings, 0);
    MemorySegment weight = module.weights().get(module.weights().size() - 2).values();
    MemorySegment bias = module.weights().getLast().values();
    for (int row = 0; row < count; row++) {
      for (int output = 0; output < module.outputs(); output++) {
        double expected = bias.getAtIndex(ValueLayout.JAVA_FLOAT, output);
        for (int i = 0; i < width; i++) {
          expected +=
              (double) weight.getAtIndex(ValueLayout.JAVA_FLOAT, (long) output * width + i)
                  * embeddings[row * width + i];
        }
        float actual = outputs[row * module.outputs() + output];
        if (!(Math.abs(expected - actual) <= TOLERANCE * (1 + Math.abs(expected)))) {
          throw refusedHead(
              module.file(),
              "its outputs are not its last weight times something plus its last bias",
              module.outputs());
        }
      }
    }
  }

  private static KulaException refusedHead(String file, String finding, int outputs) {
    return KulaException.user(
        ("model '%s' does not end in an output layer for these data: %s; let forward end in"
                + " torch.nn.Linear(WIDTH, %d), the last layer that __init__ makes, with no softmax"
                + " after it")
            .formatted(file, finding, outputs));
  }

  private static String show(Tensor tensor) {
    return "%s %s".formatted(tensor.name(), tensor.shape());
  }
}
