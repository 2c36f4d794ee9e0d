package dev.kula.device;

import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import java.util.List;

/**
 * A swap that this device let in.
 *
 * @param order its number
 * @param block name of the block used, 64 hex digits
 * @param source who holds the samples
 * @param samples how many
 * @param labels label bins of the samples, counts
 * @param exchange how it came in
 * @param numbers what a visit changed, of the output layer or of the whole model; or the virtual
 *     samples of class sums, embedded, label by label; empty for raw samples, which are in the
 *     store
 */
public record AcceptedSwap(
    long order,
    String block,
    String source,
    int samples,
    List<Integer> labels,
    Exchange exchange,
    float[] numbers) {
  public AcceptedSwap {
    labels = List.copyOf(labels);
  }

  /** Whether it belongs to one global model, and is forgotten when the next swaps are decided. */
  boolean passes() {
    return exchange != Exchange.RAW;
  }

  BlockId blockId() {
    return new BlockId(block);
  }

  DeviceId sourceId() {
    return new DeviceId(source);
  }
}
