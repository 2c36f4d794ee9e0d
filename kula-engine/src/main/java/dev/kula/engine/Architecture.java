package dev.kula.engine;

import dev.kula.KulaException;
import dev.kula.engine.blas.Blas;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.List;

/** Turns a {@link ModelSpec} into layers. */
final class Architecture {
  private static final int KERNEL = 5;

  private final Blas blas;
  private final List<Layer> layers = new ArrayList<>();
  private int offset;
  private int width;

  private Architecture(InputShape input, Blas blas) {
    this.blas = blas;
    width = input.size();
  }

  /**
   * The network for {@code spec} between {@code input} and {@code task}.
   *
   * @throws KulaException (USER) if a convolution meets what is no image
   */
  static Network network(ModelSpec spec, InputShape input, Task task, Blas blas) {
    Architecture architecture = new Architecture(input, blas);
    switch (spec) {
      case ModelSpec.Softmax softmax -> {}
      case ModelSpec.Mlp mlp -> architecture.addHidden(mlp.hidden());
      case ModelSpec.Cnn cnn -> architecture.addConvolutions(input);
      case ModelSpec.Own own ->
          throw KulaException.user(
              "model is '%s', whose engine is not built in; let the class that has it make it"
                  .formatted(own.notation()));
      case ModelSpec.TorchScript torchScript ->
          throw KulaException.user(
              ("model is '%s', which needs the PyTorch engine, and it is not loaded; start with"
                      + " KULA_TORCH=1 ./kula, or add kula-torch to the class path")
                  .formatted(torchScript.notation()));
    }
    architecture.add(
        new Dense("output", architecture.offset, architecture.width, task.outputs(), false, blas));
    return new Network(architecture.layers);
  }

  private void addConvolutions(InputShape input) {
    if (input.height() < 4 || input.width() < 4) {
      throw KulaException.user(
          ("model is 'cnn', but a sample is %d×%d×%d (channels, height, width); it needs images of"
                  + " at least 4×4, take softmax or mlp:200 instead")
              .formatted(input.channels(), input.height(), input.width()));
    }
    ImageSize source = new ImageSize(input.height(), input.width(), input.channels());
    ImageSize first = convolved(source, 32);
    add(new FirstConvolution("conv1", offset, source, first, KERNEL, blas));
    add(new MaxPool("conv1", offset, first));
    ImageSize pooled = first.halved();
    ImageSize second = convolved(pooled, 64);
    add(new Convolution("conv2", offset, pooled, second, KERNEL, blas));
    add(new MaxPool("conv2", offset, second));
    add(new Flatten(second.halved()));
    addHidden(List.of(512));
  }

  /** What the pool after a convolution looks at: an odd last row or column is left out. */
  private static ImageSize convolved(ImageSize source, int filters) {
    return new ImageSize(source.height() / 2 * 2, source.width() / 2 * 2, filters);
  }

  private void addHidden(List<Integer> widths) {
    for (int i = 0; i < widths.size(); i++) {
      add(new Dense("hidden" + (i + 1), offset, width, widths.get(i), true, blas));
    }
  }

  private void add(Layer layer) {
    layers.add(layer);
    width = layer.outputSize();
    layer.tensors().forEach(tensor -> offset = Math.addExact(offset, tensor.size()));
  }
}
