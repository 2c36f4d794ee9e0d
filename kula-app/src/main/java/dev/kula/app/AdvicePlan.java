package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.advice.Roles;
import dev.kula.data.FederatedData;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What {@code kula advise} runs: each device alone, federated, and in groups; then three ways to
 * swap, within groups if groups pay. What the user leaves open fits a machine of two cores into
 * about four minutes, by the size of the data alone, so that the same command is the same runs.
 *
 * @param settings of all runs
 * @param open what the user left open of rounds and seeds
 */
record AdvicePlan(RunSettings settings, Set<Flag> open) {
  /** Set by each method, or by what the advice is about. */
  static final List<Flag> NOT_TAKEN =
      List.of(
          Flag.METHODS,
          Flag.STRATEGY,
          Flag.CLUSTERS,
          Flag.EXAMINED,
          Flag.PERSONALIZATION,
          Flag.POLICY,
          Flag.EXCHANGE,
          Flag.GROUPS,
          Flag.TARGET_ACCURACY,
          Flag.SECURE_AGGREGATION,
          Flag.KEEP_EVERY,
          Flag.FROM_ROUND);

  private static final double SECONDS = 240;
  private static final int METHODS = 6;
  private static final int MOST_ROUNDS = 20;
  private static final int FEWEST_ROUNDS = 8;

  /** Data that say by themselves whose they are, or should. */
  private static final List<String> TABLES =
      List.of("csv:", "parquet:", "sql:", "folder:", "leaf:");

  private static final List<Integer> SEEDS = List.of(5, 3, 2);

  /** Seconds that a step on one sample takes, and that a parameter adds; measured, with room. */
  private static final double STEP = 3e-6;

  private static final double STEP_BY_PARAMETER = 2.5e-10;

  AdvicePlan {
    open = Set.copyOf(open);
  }

  /**
   * The plan for what was set.
   *
   * @param values settings by key, without defaults
   */
  static AdvicePlan of(Map<String, Object> values) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    Set<Flag> open = EnumSet.noneOf(Flag.class);
    for (Flag flag : List.of(Flag.ROUNDS, Flag.SEEDS)) {
      if (!all.containsKey(flag.key())) {
        open.add(flag);
      }
    }
    all.putIfAbsent(Flag.TARGET.key(), "local");
    all.putIfAbsent(Flag.BASE.key(), "0");
    String data = String.valueOf(all.get(Flag.DATA.key()));
    if (TABLES.stream().anyMatch(data::startsWith)) {
      all.putIfAbsent(Flag.PARTITION.key(), "natural");
    }
    return new AdvicePlan(RunSettings.of(all), open);
  }

  /**
   * What advice takes of the settings of a run: its data, its model and how it trains; not what
   * each method sets, what has no effect, or how many seeds.
   *
   * @param recorded settings by key
   */
  static Map<String, Object> settingsOf(Map<String, Object> recorded) {
    Map<String, Object> taken = new LinkedHashMap<>(recorded);
    NOT_TAKEN.forEach(flag -> taken.remove(flag.key()));
    Flag.NO_EFFECT.forEach(flag -> taken.remove(flag.key()));
    taken.remove(Flag.SEEDS.key());
    return taken;
  }

  /**
   * The settings, with rounds and seeds that fit where they were left open.
   *
   * @param parameters of a model
   * @throws KulaException the user's mistake, if there is nobody to compare
   */
  RunSettings fitted(FederatedData data, int parameters) {
    if (data.devices().size() < 2) {
      throw KulaException.user(
          "the data have %d device, must have at least 2 to be compared; use --device-column NAME with --partition natural, or more --devices"
              .formatted(data.devices().size()));
    }
    double round =
        METHODS
            * (data.trainingRows().length - data.base().length)
            * settings.localEpochs()
            * settings.participation()
            * (STEP + STEP_BY_PARAMETER * parameters);
    boolean roundsOpen = open.contains(Flag.ROUNDS);
    int rounds = roundsOpen ? MOST_ROUNDS : settings.rounds();
    int seeds = settings.seeds();
    if (open.contains(Flag.SEEDS)) {
      int wanted = rounds;
      seeds =
          SEEDS.stream()
              .filter(s -> s * wanted * round <= SECONDS)
              .findFirst()
              .orElse(SEEDS.getLast());
    }
    if (roundsOpen) {
      rounds = Math.clamp((long) (SECONDS / (seeds * round)), FEWEST_ROUNDS, MOST_ROUNDS);
    }
    return settings.with(Flag.ROUNDS, rounds).with(Flag.SEEDS, seeds);
  }

  /** What is run first. */
  static List<Method> first() {
    return List.of(Method.LOCAL_ONLY, Method.FINE_TUNE, Method.GROUPS);
  }

  /** Ways to swap, by what they give away, least first. */
  static List<Method> swaps(boolean grouped) {
    return grouped
        ? List.of(Method.GROUPS_DEFICIT, Method.GROUPS_DEFICIT_RAW, Method.GROUPS_RANDOM)
        : List.of(Method.DEFICIT, Method.DEFICIT_RAW, Method.RANDOM);
  }

  static Roles roles(boolean grouped) {
    return new Roles(
        Method.LOCAL_ONLY.label(),
        Method.FINE_TUNE.label(),
        Method.GROUPS.label(),
        swaps(grouped).stream().map(Method::label).toList(),
        grouped);
  }

  /** The command line that runs a method with these settings. */
  static String command(RunSettings settings, Method method) {
    Map<String, Object> normal = RunSettings.defaults().asMap();
    List<String> words = new ArrayList<>(List.of("./kula", "simulate"));
    Map<String, Object> values = method.apply(settings).asMap();
    for (Flag flag : Kula.simulateFlags()) {
      Object value = values.get(flag.key());
      boolean kept = !Flag.NO_EFFECT.contains(flag);
      if (kept && value != null && !Objects.equals(value, normal.get(flag.key()))) {
        words.add(flag.option());
        words.add(quoted(String.valueOf(value)));
      }
    }
    return String.join(" ", words);
  }

  /** For a shell. */
  static String quoted(String word) {
    return word.matches("[\\w:./,=+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
