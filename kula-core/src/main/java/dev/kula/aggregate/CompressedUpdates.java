package dev.kula.aggregate;

/**
 * A strategy whose updates come in numbers of fewer bits. Devices round them; here they count as
 * what they take.
 *
 * @param inner folds them; its other counts are taken as numbers of an update
 * @param bits of a number, 8 or 16
 */
public record CompressedUpdates(AggregationStrategy inner, int bits)
    implements AggregationStrategy {
  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public double proximalMu() {
    return inner.proximalMu();
  }

  @Override
  public boolean needsRoot() {
    return inner.needsRoot();
  }

  @Override
  public Broadcast broadcast() {
    return inner.broadcast();
  }

  @Override
  public ServerOptimizer optimizer() {
    return inner.optimizer();
  }

  @Override
  public long updateBytes(int parameters) {
    return BlockFloats.bytes(inner.updateBytes(parameters) / Float.BYTES, bits);
  }

  @Override
  public PartialSum init(int parameters) {
    return inner.init(parameters);
  }
}
