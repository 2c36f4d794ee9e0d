package dev.kula.swap;

import java.util.List;

/** Nobody swaps. */
final class NoSwaps implements SwapPolicy {
  @Override
  public String notation() {
    return "none";
  }

  @Override
  public boolean plansIn(int round) {
    return false;
  }

  @Override
  public boolean isGated() {
    return false;
  }

  @Override
  public List<PlannedSwap> plan(PlanRequest request) {
    return List.of();
  }
}
