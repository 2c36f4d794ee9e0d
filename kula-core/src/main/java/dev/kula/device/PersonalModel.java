package dev.kula.device;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A personal model, kept as what it has of its own: the numbers from the first on in which it
 * differs from the model that it was made of. Devices that tune their output layer share the body
 * of one global model; ten thousand bodies would not fit into memory. Immutable by contract.
 */
public final class PersonalModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private final float[] shared;
  private final float[] own;

  private PersonalModel(float[] shared, float[] own) {
    this.shared = shared;
    this.own = own;
  }

  /**
   * The model {@code parameters}, made of {@code from}.
   *
   * @param from as long; kept, not copied, and must not change
   */
  static PersonalModel of(float[] parameters, float[] from) {
    if (parameters.length != from.length) {
      throw new IllegalArgumentException(
          "a model of %d parameters is not made of one of %d"
              .formatted(parameters.length, from.length));
    }
    int same = Arrays.mismatch(parameters, from);
    int first = same < 0 ? parameters.length : same;
    return new PersonalModel(from, Arrays.copyOfRange(parameters, first, parameters.length));
  }

  /** The model with these numbers of its own at its end, the rest being those of {@code shared}. */
  static PersonalModel with(float[] own, float[] shared) {
    return new PersonalModel(shared, own);
  }

  /** The numbers that it has of its own, not to be changed. */
  float[] own() {
    return own;
  }

  /** Whether its parameters before {@code end} are those of {@code model}. */
  public boolean hasBodyOf(float[] model, int end) {
    return end <= ownOffset() && Arrays.equals(shared, 0, end, model, 0, end);
  }

  /** All parameters, not to be changed. */
  public float[] parameters() {
    return from(0);
  }

  /** The parameters from index {@code offset} on, not to be changed. */
  public float[] from(int offset) {
    if (offset == ownOffset()) {
      return own;
    }
    float[] part = Arrays.copyOfRange(shared, offset, shared.length);
    int tail = Math.min(part.length, own.length);
    System.arraycopy(own, own.length - tail, part, part.length - tail, tail);
    return part;
  }

  private int ownOffset() {
    return shared.length - own.length;
  }
}
