package dev.kula.device;

import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import java.util.List;

/**
 * A swap that this device let in.
 *
 * @param order its number
 * @param block name of the block used, 64 hex digits
 * @param source who holds the samples
 * @param samples how many
 * @param labels label bins of the samples, counts
 * @param delta what a visit changed, of the output layer or of the whole model; empty for raw
 *     samples, which are in the store
 */
public record AcceptedSwap(
    long order, String block, String source, int samples, List<Integer> labels, float[] delta) {
  public AcceptedSwap {
    labels = List.copyOf(labels);
  }

  BlockId blockId() {
    return new BlockId(block);
  }

  DeviceId sourceId() {
    return new DeviceId(source);
  }
}
