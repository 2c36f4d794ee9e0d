package dev.kula.benchmarks.evidence;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.kula.KulaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What tuning chose for each method, with all that was tried.
 *
 * @param methods by key
 */
record Tuned(Map<String, Choice> methods) {
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
      return new Tuned(new LinkedHashMap<>());
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

  /** With another choice, the methods in the order of their names. */
  Tuned with(String method, Choice choice) {
    Map<String, Choice> more = new LinkedHashMap<>(methods);
    more.put(method, choice);
    Map<String, Choice> sorted = new LinkedHashMap<>();
    more.keySet().stream()
        .sorted(Comparator.naturalOrder())
        .forEach(key -> sorted.put(key, more.get(key)));
    return new Tuned(sorted);
  }

  void write(Path file) {
    try {
      Files.writeString(file, HEADER + mapper().writeValueAsString(this));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was chosen for a method, if it was tuned. */
  Optional<String> chosen(String method) {
    return Optional.ofNullable(methods.get(method)).map(Choice::chosen);
  }
}
