package dev.kula.benchmarks.evidence;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.kula.KulaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What tuning chose for each method, with all that was tried.
 *
 * @param methods by key
 * @param noised the same under noise
 */
record Tuned(Map<String, Choice> methods, Map<String, Choice> noised) {
  private static final String HEADER =
      """
      # Written by kula-benchmarks/evidence/evidence tune. Accuracies are fractions of 1, means over
      # the seeds; the setting with the best mean over the scenarios is chosen, the first of equals.
      """;

  /**
   * The setting of one method.
   *
   * @param chosen arguments; empty for the defaults
   * @param seeds on which all were tried
   * @param tried in the order of the study
   */
  record Choice(String chosen, List<Long> seeds, List<Trial> tried) {
    /** The best by mean among those that ran in the most scenarios. */
    static Choice of(List<Long> seeds, List<Trial> tried) {
      int most = tried.stream().mapToInt(trial -> trial.scenarios().size()).max().orElseThrow();
      Trial best =
          tried.stream()
              .filter(trial -> trial.scenarios().size() == most)
              .reduce((one, other) -> other.mean() > one.mean() ? other : one)
              .orElseThrow();
      return new Choice(best.settings(), seeds, tried);
    }
  }

  /**
   * A setting that was tried.
   *
   * @param settings arguments; empty for the defaults
   * @param mean over scenarios of the accuracies that count in them
   * @param scenarios in which the method runs, each with its mean over the seeds
   */
  record Trial(String settings, double mean, Map<String, Double> scenarios) {
    static Trial of(String settings, Map<String, Double> scenarios) {
      double mean =
          scenarios.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
      return new Trial(settings, rounded(mean), scenarios);
    }

    /** To a hundredth of a percentage point. */
    static double rounded(double accuracy) {
      return Math.round(accuracy * 1e4) / 1e4;
    }
  }

  private static YAMLMapper mapper() {
    return YAMLMapper.builder()
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .disable(YAMLGenerator.Feature.SPLIT_LINES)
        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .build();
  }

  /** From a file; nothing if there is none. */
  static Tuned read(Path file) {
    if (!Files.exists(file)) {
      return new Tuned(Map.of(), Map.of());
    }
    try {
      return mapper().readValue(file.toFile(), Tuned.class);
    } catch (IOException e) {
      throw KulaException.user(
          "--tuned is '%s', must be what evidence tune wrote (%s); tune again"
              .formatted(
                  file, String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable")),
          e);
    }
  }

  /** With another choice without noise. */
  Tuned with(String method, Choice choice) {
    return new Tuned(with(methods, method, choice), noised);
  }

  /** With another choice under noise. */
  Tuned withNoised(String method, Choice choice) {
    return new Tuned(methods, with(noised, method, choice));
  }

  /** In the order of names. */
  private static Map<String, Choice> with(Map<String, Choice> some, String method, Choice choice) {
    Map<String, Choice> more = new TreeMap<>(some);
    more.put(method, choice);
    return more;
  }

  void write(Path file) {
    try {
      Files.writeString(file, HEADER + mapper().writeValueAsString(this));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was chosen for a method without noise, if it was tuned. */
  Optional<String> chosen(String method) {
    return Optional.ofNullable(methods.get(method)).map(Choice::chosen);
  }

  /** What was chosen for a method under noise, if it was tuned. */
  Optional<String> chosenUnderNoise(String method) {
    return Optional.ofNullable(noised.get(method)).map(Choice::chosen);
  }
}
