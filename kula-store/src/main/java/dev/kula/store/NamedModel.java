package dev.kula.store;

import dev.kula.model.ParameterLayout;

/**
 * A model in a safetensors file; its tensors are called {@code PREFIX/TENSOR}.
 *
 * @param prefix such as {@code global} or {@code personal/device-0001}; empty for no prefix
 * @param layout where each tensor lies
 * @param parameters as many as the layout says; not copied, must not change while it is written
 */
public record NamedModel(String prefix, ParameterLayout layout, float[] parameters) {
  public NamedModel {
    if (parameters.length != layout.size()) {
      throw new IllegalArgumentException(
          "model '%s' has %d parameters, its layout has %d"
              .formatted(prefix, parameters.length, layout.size()));
    }
    for (ParameterLayout.Tensor tensor : layout.tensors()) {
      if (tensor.name().contains("/")) {
        throw new IllegalArgumentException(
            "tensor '%s' must not have a '/' in its name, which ends the prefix"
                .formatted(tensor.name()));
      }
    }
  }

  String key(ParameterLayout.Tensor tensor) {
    return prefix.isEmpty() ? tensor.name() : prefix + "/" + tensor.name();
  }
}
