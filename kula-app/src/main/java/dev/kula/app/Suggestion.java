package dev.kula.app;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What somebody probably meant to type. */
final class Suggestion {
  private Suggestion() {}

  /** The candidate closest to {@code typed}, if it is a slip of the fingers away. */
  static Optional<String> closest(String typed, Collection<String> candidates) {
    int slips = Math.max(2, typed.length() / 3);
    LevenshteinDistance distance = new LevenshteinDistance(slips);
    record Near(String candidate, int distance) {}
    return candidates.stream()
        .map(candidate -> new Near(candidate, distance.apply(typed, candidate)))
        .filter(near -> near.distance() >= 0 && near.distance() < near.candidate().length())
        .min(Comparator.comparingInt(Near::distance).thenComparing(Near::candidate))
        .map(Near::candidate);
  }

  /**
   * What to do about a value that breaks a rule.
   *
   * @param normal what to try if nothing is near it
   */
  static String remedy(String text, Rule<?> rule, Optional<String> normal) {
    return closest(text, rule.candidates())
        .filter(near -> rule.read(near).isPresent())
        .map(near -> "did you mean " + near + "?")
        .or(() -> normal)
        .orElse("or leave it out");
  }
}
