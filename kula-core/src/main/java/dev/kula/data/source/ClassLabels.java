package dev.kula.data.source;

import dev.kula.data.Decimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Class names as they come, numbered at the end: in the order of their values if all of them are
 * numbers, where {@code 1} and {@code 1.0} are one class under the shorter name; else in the order
 * of their characters.
 */
final class ClassLabels {
  /** More different labels than this are taken for a regression's targets. */
  static final int MOST = 1000;

  private final Map<String, Integer> seen = new HashMap<>();
  private final List<String> texts = new ArrayList<>();
  private final FloatColumn rows = new FloatColumn();

  void add(String text) {
    Integer known = seen.get(text);
    if (known == null) {
      known = texts.size();
      seen.put(text, known);
      texts.add(text);
    }
    rows.add(known);
  }

  /** Names of the classes, by class number. */
  List<String> names() {
    return allNumbers() ? List.copyOf(namesByValue().values()) : texts.stream().sorted().toList();
  }

  /** The class number of each row. */
  float[] targets() {
    Map<String, Integer> numberOf = new HashMap<>();
    if (allNumbers()) {
      List<Double> values = List.copyOf(namesByValue().keySet());
      Map<Double, Integer> numberOfValue = new HashMap<>();
      for (int i = 0; i < values.size(); i++) {
        numberOfValue.put(values.get(i), i);
      }
      texts.forEach(text -> numberOf.put(text, numberOfValue.getOrDefault(value(text), 0)));
    } else {
      List<String> names = names();
      for (int i = 0; i < names.size(); i++) {
        numberOf.put(names.get(i), i);
      }
    }
    float[] targets = rows.toArray();
    for (int i = 0; i < targets.length; i++) {
      targets[i] = numberOf.getOrDefault(texts.get((int) targets[i]), 0);
    }
    return targets;
  }

  private boolean allNumbers() {
    return texts.stream().allMatch(text -> Decimal.parse(text).isPresent());
  }

  private SortedMap<Double, String> namesByValue() {
    SortedMap<Double, String> names = new TreeMap<>();
    for (String text : texts) {
      names.merge(value(text), text, ClassLabels::shorter);
    }
    return names;
  }

  private static String shorter(String one, String other) {
    return Comparator.comparingInt(String::length)
                .thenComparing(Comparator.naturalOrder())
                .compare(one, other)
            <= 0
        ? one
        : other;
  }

  /** The number, with −0 as 0. */
  private static double value(String text) {
    return Decimal.parse(text).orElse(0) + 0.0;
  }
}
