package dev.kula.aggregate;

import dev.kula.Extension;
import dev.kula.Extensions;
import java.util.Set;

/**
 * Makes an aggregation strategy of your own, which {@link AggregationStrategy#parse} then knows by
 * its name.
 */
public interface StrategyProvider extends Extension<AggregationStrategy> {
  /** Those that are there. */
  Extensions<AggregationStrategy> FOUND =
      new Extensions<>(
          "strategy",
          StrategyProvider.class,
          Set.of(
              FederatedAveraging.NAME,
              FederatedProximal.NAME,
              FederatedOptimization.MOMENTUM,
              FederatedOptimization.ADAM,
              FederatedOptimization.YOGI,
              FederatedNova.NAME,
              Scaffold.NAME,
              "pooled")); // the command's word for what no strategy is
}
