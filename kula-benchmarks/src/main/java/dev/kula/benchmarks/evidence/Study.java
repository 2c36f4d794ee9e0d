package dev.kula.benchmarks.evidence;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.kula.KulaException;
import dev.kula.round.RunSummary.Comparison;
import dev.kula.round.RunSummary.Difference;
import dev.kula.round.RunSummary.SeedResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be run; {@code kula-benchmarks/evidence/study.yaml} explains its parts. Settings are
 * arguments of {@code kula compare}.
 *
 * @param common arguments of every run
 * @param scenarios in the order of the tables, with the accuracy that counts
 * @param tuningSeeds seeds on which settings are chosen
 * @param seeds seeds that report, none of which is a tuning seed
 * @param reference method that all others are compared with
 * @param standard method that Kula uses if left alone
 * @param oracle method that no fleet could run
 * @param privacy what is run with noise
 * @param grids settings by name
 * @param methods in the order of the tables
 */
record Study(
    String common,
    Map<String, Figure> scenarios,
    List<Long> tuningSeeds,
    List<Long> seeds,
    String reference,
    String standard,
    String oracle,
    Privacy privacy,
    Map<String, List<String>> grids,
    Map<String, MethodGrid> methods) {
  /** The accuracy that counts in a scenario. */
  enum Figure {
    /** Of the last round. */
    @JsonProperty("last-round")
    LAST_ROUND,
    /** The mean over all rounds. */
    @JsonProperty("over-time")
    OVER_TIME;

    /** Of one seed. */
    double of(SeedResult seed) {
      return switch (this) {
        case LAST_ROUND -> seed.personalAccuracy();
        case OVER_TIME -> seed.overTime();
      };
    }

    /** Of two methods. */
    Difference of(Comparison comparison) {
      return switch (this) {
        case LAST_ROUND ->
            new Difference(comparison.meanDifference(), comparison.low(), comparison.high());
        case OVER_TIME -> comparison.overTime();
      };
    }
  }

  /**
   * Runs with noise.
   *
   * @param arguments of all of them, in place of the common ones
   * @param epsilons whole accounts, as {@code --epsilon} takes them
   * @param tunedAt the account under which settings are chosen
   * @param scenarios some of the study's
   * @param seeds how many of the study's, from the first
   * @param methods some of the study's, and what each tries in place of what it tries without noise
   */
  record Privacy(
      String arguments,
      List<String> epsilons,
      String tunedAt,
      List<String> scenarios,
      int seeds,
      Map<String, MethodGrid> methods) {
    /** The same with further arguments, without what is not among these. */
    Privacy within(Set<String> someScenarios, Set<String> someMethods, String more) {
      Map<String, MethodGrid> kept = new LinkedHashMap<>(methods);
      kept.keySet().retainAll(someMethods);
      List<String> in = scenarios.stream().filter(someScenarios::contains).toList();
      return new Privacy(join(arguments, more), epsilons, tunedAt, in, seeds, kept);
    }
  }

  /**
   * Where the settings of a method come from.
   *
   * @param grid name of a list that methods share
   * @param own values of the method's own parameter; null for none
   */
  record MethodGrid(String grid, @Nullable List<String> own) {}

  /**
   * The study in a file.
   *
   * @throws KulaException the user's mistake, if the file cannot be read or breaks a rule
   */
  static Study read(Path file) {
    YAMLMapper mapper =
        YAMLMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE).build();
    try {
      Study study = mapper.readValue(file.toFile(), Study.class);
      study.check();
      return study;
    } catch (IOException e) {
      throw KulaException.user(
          "--study is '%s', must be a study in YAML (%s); see kula-benchmarks/evidence/study.yaml"
              .formatted(
                  file, String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable")),
          e);
    }
  }

  private void check() {
    for (String method : List.of(reference, standard, oracle)) {
      require(methods.containsKey(method), "method '%s' is not among the methods", method);
    }
    for (String scenario : privacy.scenarios()) {
      require(scenarios.containsKey(scenario), "scenario '%s' is not among them", scenario);
    }
    for (String method : privacy.methods().keySet()) {
      require(methods.containsKey(method), "method '%s' is not among the methods", method);
    }
    require(
        Collections.disjoint(seeds, tuningSeeds), "a seed is for tuning and reporting: %s", seeds);
    checkEffort();
    if (!privacy.methods().isEmpty()) {
      underNoise().checkEffort();
    }
  }

  private void checkEffort() {
    int tried = settings(reference).size();
    for (String method : methods.keySet()) {
      Set<String> different = new LinkedHashSet<>(settings(method));
      require(
          different.size() == tried,
          "%s, must be as many different settings as of every method",
          "%s has %d, %s has %d".formatted(method, different.size(), reference, tried));
    }
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw KulaException.user("study: " + rule.formatted(value) + "; correct the study");
    }
  }

  /** What a method tries, the defaults of Kula first. */
  List<String> settings(String method) {
    MethodGrid from = methods.get(method);
    List<String> grid = from == null ? null : grids.get(from.grid());
    if (from == null || grid == null) {
      throw KulaException.user(
          "study: method '%s' has no grid, must name one of %s; correct the study"
              .formatted(method, grids.keySet()));
    }
    List<String> own = from.own() == null ? List.of("") : from.own();
    return IntStream.range(0, Math.max(grid.size(), own.size()))
        .mapToObj(i -> join(grid.get(i % grid.size()), own.get(i % own.size())))
        .toList();
  }

  /** Arguments one after another. */
  static String join(String... arguments) {
    return String.join(" ", arguments).strip().replaceAll(" +", " ");
  }

  /**
   * The same study over fewer things.
   *
   * @param only scenarios; empty for all
   * @param methodsToo methods, beside which reference, standard and oracle stay in their roles if
   *     they are among them; empty for all
   * @param count seeds of each kind at the most
   * @param more further common arguments
   */
  Study narrowed(List<String> only, List<String> methodsToo, int count, String more) {
    Map<String, Figure> fewer = picked("--scenarios", scenarios, only);
    Map<String, MethodGrid> some = picked("--methods", methods, methodsToo);
    return new Study(
        join(common, more),
        fewer,
        tuningSeeds.stream().limit(count).toList(),
        seeds.stream().limit(count).toList(),
        reference,
        standard,
        oracle,
        privacy.within(fewer.keySet(), some.keySet(), more),
        grids,
        some);
  }

  /** The same study without its runs under noise. */
  Study withoutNoise() {
    return with(common, scenarios, privacy.within(Set.of(), Set.of(), ""), methods);
  }

  /** What is tried under noise, as a study of its own. */
  Study underNoise() {
    Map<String, Figure> some = new LinkedHashMap<>(scenarios);
    some.keySet().retainAll(privacy.scenarios());
    return with(
        join(privacy.arguments(), "--epsilon", privacy.tunedAt()),
        some,
        privacy,
        privacy.methods());
  }

  private Study with(
      String arguments,
      Map<String, Figure> someScenarios,
      Privacy noise,
      Map<String, MethodGrid> someMethods) {
    return new Study(
        arguments,
        someScenarios,
        tuningSeeds,
        seeds,
        reference,
        standard,
        oracle,
        noise,
        grids,
        someMethods);
  }

  private static <T> Map<String, T> picked(String option, Map<String, T> all, List<String> only) {
    Map<String, T> picked = new LinkedHashMap<>(all);
    for (String name : only) {
      if (!all.containsKey(name)) {
        throw KulaException.user(
            "%s has '%s', must be of %s; correct it".formatted(option, name, all.keySet()));
      }
    }
    if (!only.isEmpty()) {
      picked.keySet().retainAll(only);
    }
    return picked;
  }
}
