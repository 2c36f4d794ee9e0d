package dev.kula.data.source;

import dev.kula.data.Decimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Class names as they come, numbered at the end: in the order of their values if all of them are
 * numbers, where {@code 1} and {@code 1.0} are one class under the shorter name; else in the order
 * of their characters. Or they are those of a schema, whose numbers are theirs.
 */
final class ClassLabels {
  /** More different labels than this are taken for a regression's targets. */
  static final int MOST = 1000;

  /** Classes that a message names. */
  private static final int SHOWN = 20;

  private final Map<String, Integer> seen = new HashMap<>();
  private final List<String> texts = new ArrayList<>();
  private final FloatColumn rows = new FloatColumn();

  /** The only classes there are; empty if any text is one. */
  private List<String> allowed = List.of();

  /** Lets no other classes in than these, numbered in this order. */
  void only(List<String> names) {
    allowed = List.copyOf(names);
  }

  /** The classes that are let in, as far as a message has room for them. */
  String allowed() {
    int shown = Math.min(allowed.size(), SHOWN);
    String more = allowed.size() > shown ? ", ..." : "";
    return String.join(", ", allowed.subList(0, shown)) + more;
  }

  /**
   * Takes the label of a row.
   *
   * @return whether it is let in
   */
  boolean add(String text) {
    Integer known = seen.get(text);
    if (known == null) {
      known = texts.size();
      if (!allowed.isEmpty() && numbers(List.of(text), allowed).isEmpty()) {
        return false;
      }
      seen.put(text, known);
      texts.add(text);
    }
    rows.add(known);
    return true;
  }

  /** Names of the classes, by class number. */
  List<String> names() {
    if (!allowed.isEmpty()) {
      return allowed;
    }
    return areNumbers(texts)
        ? List.copyOf(namesByValue().values())
        : texts.stream().sorted().toList();
  }

  /** The class number of each row. */
  float[] targets() {
    Map<String, Integer> numberOf = numbers(texts, names());
    float[] targets = rows.toArray();
    for (int i = 0; i < targets.length; i++) {
      targets[i] = Objects.requireNonNull(numberOf.get(texts.get((int) targets[i])));
    }
    return targets;
  }

  /** Class numbers of those texts that are of a class; by value, if all classes are numbers. */
  private static Map<String, Integer> numbers(List<String> texts, List<String> names) {
    boolean byValue = areNumbers(names);
    Map<Object, Integer> numberOf = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      numberOf.put(byValue ? value(names.get(i)) : names.get(i), i);
    }
    Map<String, Integer> found = new HashMap<>();
    for (String text : texts) {
      Object key = byValue && Decimal.parse(text).isPresent() ? value(text) : text;
      Integer number = numberOf.get(key);
      if (number != null) {
        found.put(text, number);
      }
    }
    return found;
  }

  private static boolean areNumbers(List<String> texts) {
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
