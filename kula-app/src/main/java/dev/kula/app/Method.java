package dev.kula.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A method that {@code kula compare} can run: a strategy, a personalisation and a swap policy under
 * a name. All else, base data and tuning included, is the same for every method.
 */
enum Method {
  LOCAL_ONLY("local only", "fedavg", "local", "none"),
  FEDAVG("FedAvg", "fedavg", "none", "none"),
  FINE_TUNE("FedAvg + fine-tune", "fedavg", "fine-tune", "none"),
  FEDPROX("FedProx + fine-tune", "fedprox", "fine-tune", "none"),
  STATIC("static shared data", "fedavg", "fine-tune", "static:0.05"),
  RANDOM("random swaps", "fedavg", "fine-tune", "random"),
  DISSIMILAR("dissimilar swaps", "fedavg", "fine-tune", "dissimilar"),
  SIMILAR("similar swaps", "fedavg", "fine-tune", "similar"),
  DEFICIT("deficit swaps", "fedavg", "fine-tune", "deficit");

  /** What every other method is compared with. */
  static final Method REFERENCE = FINE_TUNE;

  private final String label;
  private final String strategy;
  private final String personalization;
  private final String policy;

  Method(String label, String strategy, String personalization, String policy) {
    this.label = label;
    this.strategy = strategy;
    this.personalization = personalization;
    this.policy = policy;
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
   * The settings with which this method runs. A {@code fedprox:MU} or a {@code static:B} in {@code
   * settings} tunes the method that it belongs to.
   */
  RunSettings apply(RunSettings settings) {
    return settings
        .with(
            Flag.STRATEGY, sameKind(settings.strategy(), strategy) ? settings.strategy() : strategy)
        .with(Flag.PERSONALIZATION, personalization)
        .with(Flag.POLICY, sameKind(settings.policy(), policy) ? settings.policy() : policy);
  }

  /** The method that these settings amount to, if it has a name. */
  private static Optional<Method> named(RunSettings settings) {
    return Arrays.stream(values())
        .filter(
            method ->
                sameKind(settings.strategy(), method.strategy)
                    && settings.personalization().equals(method.personalization)
                    && sameKind(settings.policy(), method.policy))
        .findFirst();
  }

  /** What to call a run with these settings. */
  static String label(RunSettings settings) {
    return named(settings)
        .map(Method::label)
        .orElseGet(
            () ->
                "%s, %s, %s swaps"
                    .formatted(settings.strategy(), settings.personalization(), settings.policy()));
  }

  private static boolean sameKind(String one, String other) {
    return one.replaceFirst(":.*", "").equals(other.replaceFirst(":.*", ""));
  }
}
