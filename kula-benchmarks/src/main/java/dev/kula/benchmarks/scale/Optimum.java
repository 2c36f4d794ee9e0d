package dev.kula.benchmarks.scale;

import com.google.ortools.Loader;
import com.google.ortools.graph.MinCostFlow;
import com.google.ortools.graph.MinCostFlowBase;

/**
 * The most that a plan can be worth, exactly: a flow of least cost over all pairs, by OR-Tools. For
 * fleets of up to some thousand devices: it looks at all pairs.
 */
final class Optimum {
  /** Values are rounded to this part of the largest, for the flow counts in whole numbers. */
  private static final double STEPS = 1e7;

  private Optimum() {}

  /**
   * The value of the best assignment.
   *
   * @param values of each receiver with each source; 0 where they must not swap
   * @param receives most sources of a receiver
   * @param gives most receivers of each source
   */
  static double of(double[][] values, int receives, int[] gives) {
    double largest = 0;
    for (double[] row : values) {
      for (double value : row) {
        largest = Math.max(largest, value);
      }
    }
    if (largest == 0) {
      return 0;
    }
    Loader.loadNativeLibraries();
    MinCostFlow flow = new MinCostFlow();
    int receivers = values.length;
    int from = receivers + gives.length;
    int to = from + 1;
    for (int r = 0; r < receivers; r++) {
      flow.addArcWithCapacityAndUnitCost(from, r, receives, 0);
      flow.addArcWithCapacityAndUnitCost(r, to, receives, 0);
      for (int s = 0; s < gives.length; s++) {
        long value = Math.round(values[r][s] / largest * STEPS);
        if (value > 0) {
          flow.addArcWithCapacityAndUnitCost(r, receivers + s, 1, -value);
        }
      }
    }
    for (int s = 0; s < gives.length; s++) {
      flow.addArcWithCapacityAndUnitCost(receivers + s, to, gives[s], 0);
    }
    flow.setNodeSupply(from, (long) receives * receivers);
    flow.setNodeSupply(to, -(long) receives * receivers);
    MinCostFlowBase.Status status = flow.solve();
    if (status != MinCostFlowBase.Status.OPTIMAL) {
      throw new IllegalStateException("the flow ends with " + status);
    }
    return -flow.getOptimalCost() / STEPS * largest;
  }
}
