package dev.kula.data;

/** How the samples behind a pointer are used. */
public enum Exchange {
  /**
   * The output layer of a model goes to the samples; the source trains it there and returns the
   * change. Samples stay; without clipping and noise the change still says something of them.
   */
  VISIT,
  /** As a visit, with the whole model instead of its output layer. */
  WHOLE_VISIT,
  /** The samples are copied to the receiver. Encrypted on the wire, and no differential privacy. */
  RAW,
  /**
   * The source sums its samples, class by class, as the global model embeds them; the receiver
   * draws embeddings around the means. Samples stay; without noise the sums still say something of
   * them. For classifications only.
   */
  SYNTHETIC;

  /** Whether samples stay and a model travels. */
  public boolean isVisit() {
    return switch (this) {
      case VISIT, WHOLE_VISIT -> true;
      case SYNTHETIC, RAW -> false;
    };
  }
}
