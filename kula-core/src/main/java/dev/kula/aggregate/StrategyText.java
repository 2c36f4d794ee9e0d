package dev.kula.aggregate;

import dev.kula.KulaException;
import dev.kula.aggregate.ServerOptimizer.Adaptive;
import dev.kula.aggregate.ServerOptimizer.Momentum;
import dev.kula.aggregate.ServerOptimizer.Variance;
import java.util.function.DoubleFunction;

/** Reads the names of strategies. */
final class StrategyText {
  private StrategyText() {}

  static AggregationStrategy parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    return switch (name) {
      case FederatedProximal.NAME ->
          tuned(text, "MU", "0 or more", FederatedProximal.DEFAULT_MU, FederatedProximal::new);
      case FederatedOptimization.MOMENTUM ->
          tuned(
              text,
              "BETA",
              "at least 0 and below 1",
              FederatedOptimization.DEFAULT_BETA,
              beta -> new FederatedOptimization(new Momentum(beta)));
      case FederatedOptimization.ADAM -> adaptive(text, Variance.ADAM);
      case FederatedOptimization.YOGI -> adaptive(text, Variance.YOGI);
      default -> untuned(text);
    };
  }

  private static AggregationStrategy untuned(String text) {
    return switch (text) {
      case FederatedAveraging.NAME -> new FederatedAveraging();
      case FederatedNova.NAME -> new FederatedNova();
      case Scaffold.NAME -> new Scaffold();
      default ->
          StrategyProvider.FOUND
              .create(text)
              .orElseThrow(
                  () ->
                      KulaException.user(
                          ("strategy is '%s', must be 'fedavg', 'fedprox[:MU]', 'fedavgm[:BETA]',"
                                  + " 'fedadam[:ETA]', 'fedyogi[:ETA]', 'fednova' or 'scaffold'%s;"
                                  + " try 'fedavg'")
                              .formatted(text, StrategyProvider.FOUND.words())));
    };
  }

  private static AggregationStrategy adaptive(String text, Variance variance) {
    return tuned(
        text,
        "ETA",
        "more than 0",
        FederatedOptimization.DEFAULT_ETA,
        eta -> new FederatedOptimization(new Adaptive(variance, eta)));
  }

  private static AggregationStrategy tuned(
      String text,
      String argument,
      String rule,
      double normal,
      DoubleFunction<AggregationStrategy> strategy) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return strategy.apply(normal);
    }
    String number = text.substring(colon + 1);
    try {
      return strategy.apply(Double.parseDouble(number));
    } catch (IllegalArgumentException e) {
      throw KulaException.user(
          "strategy '%s' has %s '%s', must be a number of %s; try '%s:%s'"
              .formatted(text, argument, number, rule, text.substring(0, colon), normal),
          e);
    }
  }
}
