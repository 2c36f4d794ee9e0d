package dev.kula.model;

import dev.kula.KulaException;
import java.util.ArrayList;
import java.util.List;

/** The architecture of a model, apart from its input and output sizes. */
public sealed interface ModelSpec {
  /** The architecture in command-line notation; {@link #parse} reads it back. */
  String notation();

  /** One affine layer. */
  record Softmax() implements ModelSpec {
    @Override
    public String notation() {
      return "softmax";
    }
  }

  /**
   * Affine layers with rectifiers between them.
   *
   * @param hidden widths of the hidden layers, at least one
   */
  record Mlp(List<Integer> hidden) implements ModelSpec {
    public Mlp {
      hidden = List.copyOf(hidden);
      if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1)) {
        throw new IllegalArgumentException("hidden widths " + hidden + " must be positive");
      }
    }

    @Override
    public String notation() {
      return "mlp:" + String.join(",", hidden.stream().map(String::valueOf).toList());
    }
  }

  /**
   * The convolutional network of McMahan et al. 2017, section 3: conv 5×5×32 (same padding), max
   * pool 2×2, conv 5×5×64, max pool 2×2, fully connected 512, all with rectifiers.
   */
  record Cnn() implements ModelSpec {
    @Override
    public String notation() {
      return "cnn";
    }
  }

  /**
   * A module that PyTorch wrote with {@code torch.jit.save}; what it must be like is said in the
   * package page of {@code dev.kula.torch}. Input and output sizes are its own.
   *
   * @param file path of the file, which is read only when an engine is made
   */
  record TorchScript(String file) implements ModelSpec {
    /** What notations of this kind begin with. */
    private static final String PREFIX = "torchscript:";

    public TorchScript {
      if (file.isBlank()) {
        throw new IllegalArgumentException("the file of a TorchScript model must have a name");
      }
    }

    @Override
    public String notation() {
      return PREFIX + file;
    }
  }

  /**
   * A model whose engines a {@link ModelProvider} makes.
   *
   * @param notation its name, with an argument or without
   */
  record Own(String notation) implements ModelSpec {}

  /**
   * Reads {@code softmax}, {@code mlp:200}, {@code mlp:64,32}, {@code cnn}, {@code
   * torchscript:FILE}, or the name of a model that a {@link ModelProvider} has.
   *
   * @throws KulaException (USER) for anything else
   */
  static ModelSpec parse(String text) {
    String name = text.strip();
    if (name.equals("softmax")) {
      return new Softmax();
    }
    if (name.equals("cnn")) {
      return new Cnn();
    }
    if (name.startsWith("mlp:")) {
      List<Integer> widths = new ArrayList<>();
      for (String part : name.substring(4).split(",", -1)) {
        widths.add(width(text, part.strip()));
      }
      return new Mlp(widths);
    }
    if (name.startsWith(TorchScript.PREFIX) && name.length() > TorchScript.PREFIX.length()) {
      return new TorchScript(name.substring(TorchScript.PREFIX.length()));
    }
    if (ModelProvider.FOUND.has(name)) {
      return new Own(name);
    }
    throw invalid(text);
  }

  private static int width(String text, String part) {
    if (!part.matches("[1-9][0-9]{0,5}")) {
      throw invalid(text);
    }
    return Integer.parseInt(part);
  }

  private static KulaException invalid(String text) {
    return KulaException.user(
        "model is '%s', must be softmax, mlp:WIDTH[,WIDTH...], cnn or torchscript:FILE%s; try mlp:200"
            .formatted(text, ModelProvider.FOUND.words()));
  }
}
