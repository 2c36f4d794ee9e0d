package dev.kula.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A method that {@code kula compare} can run: a strategy, a personalisation, a swap policy and an
 * exchange under a name; an empty exchange is the one that is set. All else, base data and tuning
 * included, is the same for every method.
 */
enum Method {
  LOCAL_ONLY("local only", "fedavg", "local", "none", ""),
  FEDAVG("FedAvg", "fedavg", "none", "none", ""),
  FINE_TUNE("FedAvg + fine-tune", "fedavg", "fine-tune", "none", ""),
  FEDPROX("FedProx", "fedprox", "none", "none", ""),
  FEDPROX_FINE_TUNE("FedProx + fine-tune", "fedprox", "fine-tune", "none", ""),
  STATIC("static shared data", "fedavg", "fine-tune", "static:0.05", ""),
  // The specification exchanges data; the control and its rule are no weaker than that.
  RANDOM("random swaps", "fedavg", "fine-tune", "random", "raw"),
  DISSIMILAR("dissimilar swaps", "fedavg", "fine-tune", "dissimilar", "raw"),
  SIMILAR("similar swaps", "fedavg", "fine-tune", "similar", ""),
  DEFICIT_RAW("deficit swaps, raw", "fedavg", "fine-tune", "deficit", "raw"),
  DEFICIT("deficit swaps", "fedavg", "fine-tune", "deficit", ""),
  DITTO("Ditto", "fedavg", "ditto", "none", ""),
  FEDPER("FedPer", "fedavg", "fedper", "none", ""),
  FEDREP("FedRep", "fedavg", "fedrep", "none", ""),
  APFL("APFL", "fedavg", "apfl", "none", ""),
  POOLED("pooled (oracle)", "pooled", "none", "none", ""),
  POOLED_FINE_TUNE("pooled (oracle) + fine-tune", "pooled", "fine-tune", "none", "");

  /** What every other method is compared with. */
  static final Method REFERENCE = FINE_TUNE;

  private final String label;
  private final String strategy;
  private final String personalization;
  private final String policy;
  private final String exchange;

  Method(String label, String strategy, String personalization, String policy, String exchange) {
    this.label = label;
    this.strategy = strategy;
    this.personalization = personalization;
    this.policy = policy;
    this.exchange = exchange;
  }

  /** Its name in a list of methods, such as {@code fine-tune}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Its name in tables and in {@code summary.json}, such as {@code FedAvg + fine-tune}. */
  String label() {
    return label;
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Method::key).toList();
  }

  /**
   * @param key one of {@link #keys()}
   */
  static Method of(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /**
   * The settings with which this method runs. A {@code fedprox:MU}, a {@code ditto:LAMBDA} or a
   * {@code static:B} in {@code settings} tunes the method that it belongs to.
   */
  RunSettings apply(RunSettings settings) {
    return settings
        .with(
            Flag.STRATEGY, sameKind(settings.strategy(), strategy) ? settings.strategy() : strategy)
        .with(
            Flag.PERSONALIZATION,
            sameKind(settings.personalization(), personalization)
                ? settings.personalization()
                : personalization)
        .with(Flag.POLICY, sameKind(settings.policy(), policy) ? settings.policy() : policy)
        .with(Flag.EXCHANGE, exchange.isEmpty() ? settings.exchange() : exchange);
  }

  /** The method that these settings amount to, if it has a name. */
  private static Optional<Method> named(RunSettings settings) {
    return Arrays.stream(values())
        .filter(
            method ->
                sameKind(settings.strategy(), method.strategy)
                    && sameKind(settings.personalization(), method.personalization)
                    && sameKind(settings.policy(), method.policy)
                    && (method.exchange.isEmpty() || method.exchange.equals(settings.exchange())))
        .findFirst();
  }

  /** What to call a run with these settings. */
  static String label(RunSettings settings) {
    return named(settings)
        .map(Method::label)
        .orElseGet(
            () ->
                "%s, %s, %s swaps, %s"
                    .formatted(
                        settings.strategy(),
                        settings.personalization(),
                        settings.policy(),
                        settings.exchange()));
  }

  private static boolean sameKind(String one, String other) {
    return one.replaceFirst(":.*", "").equals(other.replaceFirst(":.*", ""));
  }
}
