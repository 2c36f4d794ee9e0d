package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.device.Message;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The clip of gradients as a quantile of their norms, followed from round to round by what devices
 * count. The share of gradients within the clip is the median of the devices' shares, so that a
 * minority of liars cannot drag it; the clip moves by the factor exp(γ − share), as in the
 * geometric update of Andrew et al. 2021 with a learning rate of 1. Deterministic; not thread safe.
 */
final class AdaptiveClip {
  private final double quantile;
  private final Map<DeviceId, Double> shares = new TreeMap<>();
  private float clip;

  /**
   * A clip to start from.
   *
   * @param quantile γ, in (0, 1)
   */
  AdaptiveClip(double quantile, float clip) {
    this.quantile = quantile;
    this.clip = clip;
  }

  float clip() {
    return clip;
  }

  /** Takes in what a device counted; whether these can be counts. */
  boolean counted(DeviceId device, Message.ClipCounts counts) {
    double total = counts.within() + counts.beyond();
    if (!Double.isFinite(total)) {
      return false;
    }
    if (total > 0) { // else it is all noise
      shares.put(device, Math.clamp(counts.within() / total, 0.0, 1.0));
    }
    return true;
  }

  /** Moves the clip; stays where it is if nobody counted. */
  void follow() {
    if (!shares.isEmpty()) {
      double[] sorted = shares.values().stream().mapToDouble(Double::doubleValue).toArray();
      Arrays.sort(sorted);
      int upper = sorted.length / 2;
      double median = (sorted[upper] + sorted[(sorted.length - 1) / 2]) / 2;
      double moved = clip * Math.exp(quantile - median);
      clip = (float) Math.clamp(moved, Float.MIN_NORMAL, 1e30);
      shares.clear();
    }
  }

  void restore(float earlier) {
    clip = earlier;
    shares.clear();
  }
}
