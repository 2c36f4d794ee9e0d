package dev.kula.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A method that {@code kula compare} can run: a strategy, a personalisation, a swap policy and an
 * exchange under a name, with one global model or several; an empty exchange is the one that is
 * set. All else, base data and tuning included, is the same for every method.
 */
enum Method {
  LOCAL_ONLY("local only", "fedavg", "local", "none", ""),
  FEDAVG("FedAvg", "fedavg", "none", "none", ""),
  FINE_TUNE("FedAvg + fine-tune", "fedavg", "fine-tune", "none", ""),
  FEDPROX("FedProx", "fedprox", "none", "none", ""),
  FEDPROX_FINE_TUNE("FedProx + fine-tune", "fedprox", "fine-tune", "none", ""),
  FEDAVGM("FedAvgM", "fedavgm", "none", "none", ""),
  FEDAVGM_FINE_TUNE("FedAvgM + fine-tune", "fedavgm", "fine-tune", "none", ""),
  FEDADAM("FedAdam", "fedadam", "none", "none", ""),
  FEDADAM_FINE_TUNE("FedAdam + fine-tune", "fedadam", "fine-tune", "none", ""),
  FEDYOGI("FedYogi", "fedyogi", "none", "none", ""),
  FEDYOGI_FINE_TUNE("FedYogi + fine-tune", "fedyogi", "fine-tune", "none", ""),
  FEDNOVA("FedNova", "fednova", "none", "none", ""),
  FEDNOVA_FINE_TUNE("FedNova + fine-tune", "fednova", "fine-tune", "none", ""),
  SCAFFOLD("SCAFFOLD", "scaffold", "none", "none", ""),
  SCAFFOLD_FINE_TUNE("SCAFFOLD + fine-tune", "scaffold", "fine-tune", "none", ""),
  IFCA("IFCA", "fedavg", "none"),
  IFCA_FINE_TUNE("IFCA + fine-tune", "fedavg", "fine-tune"),
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
  POOLED_FINE_TUNE("pooled (oracle) + fine-tune", "pooled", "fine-tune", "none", ""),
  GROUPS("groups", "fedavg", "fine-tune", "none", "", "trials"),
  FEDAVGM_GROUPS("FedAvgM, groups", "fedavgm", "fine-tune", "none", "", "trials"),
  GROUPS_RANDOM("groups, random swaps", "fedavg", "fine-tune", "random", "raw", "trials"),
  FEDAVGM_GROUPS_RANDOM(
      "FedAvgM, groups, random swaps", "fedavgm", "fine-tune", "random", "raw", "trials"),
  GROUPS_DEFICIT_RAW(
      "groups, deficit swaps, raw", "fedavg", "fine-tune", "deficit", "raw", "trials"),
  GROUPS_DEFICIT("groups, deficit swaps", "fedavg", "fine-tune", "deficit", "", "trials");

  /** What every other method is compared with. */
  static final Method REFERENCE = FINE_TUNE;

  /** Keys of those that are compared unless others are named. */
  static final String USUAL =
      "local-only,fedavg,fine-tune,fedprox,fedprox-fine-tune,static,random,dissimilar,deficit-raw,"
          + "deficit,groups";

  /** What else there is, for the help. */
  static final String OTHERS =
      "there are also: similar, ditto, fedper, fedrep, apfl, pooled, pooled-fine-tune,"
          + " groups-random, groups-deficit, groups-deficit-raw, fedavgm-groups,"
          + " fedavgm-groups-random, and fedavgm, fedadam, fedyogi, fednova, scaffold and ifca, each"
          + " also as fedavgm-fine-tune and so on.";

  /** Global models of IFCA where {@code --clusters} leaves it open. */
  static final int CLUSTERS = 3;

  private final String label;
  private final String strategy;
  private final String personalization;
  private final String policy;
  private final String exchange;
  private final String groups;
  private final boolean clustered;

  /** In clusters, without swaps. */
  Method(String label, String strategy, String personalization) {
    this(label, strategy, personalization, "none", "", "none", true);
  }

  Method(String label, String strategy, String personalization, String policy, String exchange) {
    this(label, strategy, personalization, policy, exchange, "none", false);
  }

  /** Within groups that trials find. */
  Method(
      String label,
      String strategy,
      String personalization,
      String policy,
      String exchange,
      String groups) {
    this(label, strategy, personalization, policy, exchange, groups, false);
  }

  Method(
      String label,
      String strategy,
      String personalization,
      String policy,
      String exchange,
      String groups,
      boolean clustered) {
    this.label = label;
    this.strategy = strategy;
    this.personalization = personalization;
    this.policy = policy;
    this.exchange = exchange;
    this.groups = groups;
    this.clustered = clustered;
  }

  /** Its name in a list of methods, such as {@code fine-tune}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The method with this {@link #label()}. */
  static Method labelled(String label) {
    return Arrays.stream(values())
        .filter(method -> method.label.equals(label))
        .findFirst()
        .orElseThrow();
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
   * The settings with which this method runs. A {@code fedprox:MU}, a {@code ditto:LAMBDA}, a
   * {@code static:B} and the like in {@code settings} tune the methods that they belong to, and so
   * do several clusters.
   */
  RunSettings apply(RunSettings settings) {
    return settings
        .with(
            Flag.STRATEGY, sameKind(settings.strategy(), strategy) ? settings.strategy() : strategy)
        .with(Flag.CLUSTERS, clustered ? several(settings.clusters()) : 1)
        .with(
            Flag.PERSONALIZATION,
            sameKind(settings.personalization(), personalization)
                ? settings.personalization()
                : personalization)
        .with(Flag.POLICY, sameKind(settings.policy(), policy) ? settings.policy() : policy)
        .with(Flag.GROUPS, groups)
        .with(Flag.LABEL_PRIOR, takesPrior() ? settings.labelPrior() : "none")
        .with(Flag.EXCHANGE, exchange.isEmpty() ? settings.exchange() : exchange);
  }

  /** Whether one global model, or that of a group, is fine-tuned. */
  private boolean takesPrior() {
    return personalization.equals("fine-tune") && !clustered;
  }

  private static int several(int clusters) {
    return clusters > 1 ? clusters : CLUSTERS;
  }

  /** The method that these settings amount to, if it has a name. */
  private static Optional<Method> named(RunSettings settings) {
    return Arrays.stream(values())
        .filter(
            method ->
                sameKind(settings.strategy(), method.strategy)
                    && method.clustered == settings.clusters() > 1
                    && sameKind(settings.personalization(), method.personalization)
                    && sameKind(settings.policy(), method.policy)
                    && StrategyLimits.searchesForGroups(settings) == method.groups.equals("trials")
                    && (method.exchange.isEmpty() || method.exchange.equals(settings.exchange())))
        .findFirst();
  }

  /** What to call a run with these settings. */
  static String label(RunSettings settings) {
    return named(settings)
        .map(Method::label)
        .orElseGet(
            () ->
                "%s, %s, %s swaps, %s%s"
                    .formatted(
                        settings.clusters() > 1
                            ? settings.strategy() + " in %d clusters".formatted(settings.clusters())
                            : settings.strategy(),
                        settings.personalization(),
                        settings.policy(),
                        settings.exchange(),
                        StrategyLimits.searchesForGroups(settings) ? ", groups" : ""));
  }

  private static boolean sameKind(String one, String other) {
    return one.replaceFirst(":.*", "").equals(other.replaceFirst(":.*", ""));
  }
}
