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
    }
    architecture.addDense("output", task.outputs());
    return new Network(architecture.layers);
  }

  private void addConvolutions(InputShape input) {
    if (input.height() < 4 || input.width() < 4) {
      throw KulaException.user(
          ("model is 'cnn', but a sample is %d×%d×%d (channels, height, width); it needs images of"
                  + " at least 4×4, take softmax or mlp:200 instead")
              .formatted(input.channels(), input.height(), input.width()));
    }
    addConvolution("conv1", input.channels(), input.height(), input.width(), 32);
    addConvolution("conv2", 32, input.height() / 2, input.width() / 2, 64);
    addHidden(List.of(512));
  }

  private void addConvolution(String name, int channels, int height, int width, int filters) {
    add(new Convolution(name, offset, channels, height, width, filters, KERNEL, blas));
    add(new Rectifier(this.width));
    add(new MaxPool(filters, height, width));
  }

  private void addHidden(List<Integer> widths) {
    for (int i = 0; i < widths.size(); i++) {
      addDense("hidden" + (i + 1), widths.get(i));
      add(new Rectifier(width));
    }
  }

  private void addDense(String name, int outputs) {
    add(new Dense(name, offset, width, outputs, blas));
  }

  private void add(Layer layer) {
    layers.add(layer);
    width = layer.outputSize();
    layer.tensors().forEach(tensor -> offset = Math.addExact(offset, tensor.size()));
  }
}
