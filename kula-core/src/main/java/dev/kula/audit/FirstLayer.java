package dev.kula.audit;

import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A dense layer y = Wx + b, which gives its inputs away: on one sample, ∂L/∂W is the outer product
 * of ∂L/∂b and x, so each row of the change of W over the change of b in that row is x, exactly and
 * whatever the layers above do (Phong et al. 2018, <i>Privacy-Preserving Deep Learning via
 * Additively Homomorphic Encryption</i>, section 3). On several samples a row is a weighted mean of
 * those that excite it, and close to one where one stands out.
 *
 * @param weight offset of W in a change, row-major [outputs, inputs]
 * @param bias offset of b
 * @param outputs rows of W
 * @param inputs numbers in a sample
 */
public record FirstLayer(int weight, int bias, int outputs, int inputs) {
  /** The layer that samples enter; empty if that is not a dense one. */
  public static Optional<FirstLayer> of(ParameterLayout layout, int features) {
    return of(layout.tensors().get(0), layout.tensors().get(1), features);
  }

  /** The output layer, as in a change of the head alone, whose offsets begin at 0. */
  public static Optional<FirstLayer> ofHead(ParameterLayout layout, int embedding) {
    return of(layout.head(), embedding);
  }

  private static Optional<FirstLayer> of(Tensor weight, Tensor bias, int inputs) {
    boolean dense =
        weight.shape().size() == 2
            && weight.shape().getLast() == inputs
            && bias.size() == weight.shape().getFirst();
    return dense
        ? Optional.of(
            new FirstLayer(weight.offset(), bias.offset(), weight.shape().getFirst(), inputs))
        : Optional.empty();
  }

  /** What each row says that a sample looks like; rows whose bias did not change say nothing. */
  public List<float[]> candidates(float[] change) {
    List<float[]> candidates = new ArrayList<>();
    for (int row = 0; row < outputs; row++) {
      double scale = change[bias + row];
      if (scale == 0) {
        continue;
      }
      float[] candidate = new float[inputs];
      for (int i = 0; i < inputs; i++) {
        candidate[i] = (float) (change[weight + row * inputs + i] / scale);
      }
      candidates.add(candidate);
    }
    return candidates;
  }
}
