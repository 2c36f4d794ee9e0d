package dev.kula.app;

import dev.kula.Extensions;
import dev.kula.KulaException;
import dev.kula.data.source.TableProvider;
import dev.kula.swap.SwapPolicyProvider;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What the value of a flag has to be. Text becomes a value by {@link #read}; a value that came from
 * elsewhere is held to the same rule by {@link #holds}.
 *
 * @param type of the value
 * @param reader from text; throws {@link IllegalArgumentException} for what is no value at all
 * @param predicate true for a value in range
 * @param wording says the rule, to follow "must be"
 * @param candidates values to suggest where one was mistyped
 */
record Rule<T>(
    Class<T> type,
    Function<String, T> reader,
    Predicate<T> predicate,
    Supplier<String> wording,
    List<String> candidates) {
  /** Stricter than {@link Double#parseDouble}, which also reads {@code 1f}, hexadecimals, NaN. */
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  Rule {
    candidates = List.copyOf(candidates);
  }

  Rule(
      Class<T> type,
      Function<String, T> reader,
      Predicate<T> predicate,
      String words,
      List<String> candidates) {
    this(type, reader, predicate, () -> words, candidates);
  }

  /** The rule, to follow "must be". */
  String words() {
    return wording.get();
  }

  /** Likewise, or the name of an extension that is there when the rule is asked. */
  Rule<T> or(Extensions<?> own) {
    return new Rule<>(
        type,
        reader,
        value -> predicate.test(value) || own.has(value.toString()),
        () -> words() + own.words(),
        candidates);
  }

  /** The value, or empty if {@code text} breaks the rule. */
  Optional<T> read(String text) {
    try {
      return Optional.of(reader.apply(text)).filter(predicate);
    } catch (IllegalArgumentException notAValue) {
      return Optional.empty();
    }
  }

  /** Whether a value that is already typed keeps the rule. */
  boolean holds(Object value) {
    return type.isInstance(value) && predicate.test(type.cast(value));
  }

  static Rule<Integer> wholeNumber(int least, int most) {
    return new Rule<>(
        Integer.class,
        Integer::valueOf,
        value -> least <= value && value <= most,
        "a whole number from %d to %d".formatted(least, most),
        List.of());
  }

  /** One of several numbers. */
  static Rule<Integer> oneOf(Integer... numbers) {
    List<String> words = Arrays.stream(numbers).map(String::valueOf).toList();
    return new Rule<>(
        Integer.class,
        Integer::valueOf,
        List.of(numbers)::contains,
        String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast(),
        words);
  }

  static Rule<Long> anyWholeNumber() {
    return new Rule<>(
        Long.class, Long::valueOf, value -> true, "a whole number of at most 63 bits", List.of());
  }

  static Rule<Double> number(String words, DoublePredicate inRange) {
    return new Rule<>(Double.class, Rule::decimal, inRange::test, words, List.of());
  }

  /** A number above 0, or {@code inf}. */
  static Rule<Double> positiveOrInfinite() {
    return new Rule<>(
        Double.class,
        // YAML spells infinity with a dot.
        text ->
            text.equals("inf") || text.equals(".inf") ? Double.POSITIVE_INFINITY : decimal(text),
        value -> value > 0,
        "a number above 0, or inf",
        List.of("inf"));
  }

  static Rule<String> text(String words) {
    return new Rule<>(String.class, Function.identity(), t -> !t.isBlank(), words, List.of());
  }

  /** One of several forms, such as {@code iid} or {@code dirichlet:ALPHA}. */
  static Rule<String> forms(Form... forms) {
    List<Form> known = List.of(forms);
    List<String> limits =
        known.stream().map(Form::limit).filter(limit -> !limit.isEmpty()).distinct().toList();
    String words =
        oneOf(known.stream().map(Form::shape).toList())
            + (limits.isEmpty() ? "" : " with " + String.join(", ", limits));
    return new Rule<>(
        String.class,
        Function.identity(),
        text -> known.stream().anyMatch(form -> form.matches(text)),
        words,
        known.stream().map(Form::word).toList());
  }

  /** Where data come from. */
  static Rule<String> data() {
    return forms(
            Form.word("fashion-mnist"),
            Form.text("idx", "DIR"),
            Form.text("csv", "FILE"),
            Form.text("parquet", "FILE"),
            Form.text("sql", "QUERY"),
            Form.text("folder", "DIR"),
            Form.text("leaf", "PATH"))
        .or(TableProvider.FOUND);
  }

  /** Who swaps with whom. */
  static Rule<String> policy() {
    return forms(
            Form.word("none"),
            Form.number("static", "B", "above 0 and below 1", Range::inside),
            Form.word("random"),
            Form.word("dissimilar"),
            Form.word("similar"),
            Form.word("deficit"))
        .or(SwapPolicyProvider.FOUND);
  }

  /** {@code none}, or what {@code parser} reads without complaint. */
  static Rule<String> parsed(String words, List<String> candidates, Function<String, ?> parser) {
    return new Rule<>(
        String.class,
        Function.identity(),
        text -> text.equals("none") || isRead(text, parser),
        words,
        candidates);
  }

  /** What {@code parser} reads without complaint. */
  static Rule<String> read(String words, Function<String, ?> parser) {
    return new Rule<>(
        String.class, Function.identity(), text -> isRead(text, parser), words, List.of());
  }

  private static boolean isRead(String text, Function<String, ?> parser) {
    try {
      return parser.apply(text) != null;
    } catch (KulaException mistake) {
      return false;
    }
  }

  /** One of several words. */
  static Rule<String> words(String... words) {
    return forms(Arrays.stream(words).map(Form::word).toArray(Form[]::new));
  }

  /** Some of several words, each at most once, separated by commas. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // A class literal cannot carry the element type.
  static Rule<List<String>> selection(List<String> from) {
    Class<List<String>> type = (Class) List.class;
    return new Rule<>(
        type,
        text -> List.of(text.split("\\s*,\\s*", -1)),
        list ->
            !list.isEmpty() && from.containsAll(list) && new HashSet<>(list).size() == list.size(),
        "a comma-separated selection, each at most once, of " + String.join(", ", from),
        from);
  }

  private static double decimal(String text) {
    if (!DECIMAL.matcher(text).matches()) {
      throw new NumberFormatException(text);
    }
    return Double.parseDouble(text);
  }

  private static String oneOf(List<String> shapes) {
    int last = shapes.size() - 1;
    return last == 0
        ? shapes.getFirst()
        : String.join(", ", shapes.subList(0, last)) + " or " + shapes.getLast();
  }

  /**
   * One form of a flag's value: a word, or a word and an argument after a colon.
   *
   * @param word before the colon
   * @param argument its name; empty if there is none
   * @param optional whether the argument may be left out
   * @param argumentHolds true for an argument in range
   * @param argumentWords the rule of the argument
   */
  record Form(
      String word,
      String argument,
      boolean optional,
      Predicate<String> argumentHolds,
      String argumentWords) {

    static Form word(String word) {
      return new Form(word, "", true, text -> false, "");
    }

    static Form text(String word, String argument) {
      return new Form(word, argument, false, text -> !text.isBlank(), "");
    }

    static Form number(String word, String argument, String words, DoublePredicate inRange) {
      Rule<Double> rule = Rule.number(words, inRange);
      return new Form(word, argument, false, text -> rule.read(text).isPresent(), words);
    }

    static Form wholeNumber(String word, String argument, int least, int most) {
      Rule<Integer> rule = Rule.wholeNumber(least, most);
      return new Form(word, argument, false, text -> rule.read(text).isPresent(), rule.words());
    }

    /** Whole numbers separated by commas. */
    static Form wholeNumbers(String word, String argument, int least, int most) {
      Rule<Integer> rule = Rule.wholeNumber(least, most);
      return new Form(
          word,
          argument,
          false,
          text -> List.of(text.split(",", -1)).stream().allMatch(t -> rule.read(t).isPresent()),
          "each " + rule.words());
    }

    Form orWithout() {
      return new Form(word, argument, true, argumentHolds, argumentWords);
    }

    boolean matches(String text) {
      if (text.equals(word)) {
        return optional;
      }
      return !argument.isEmpty()
          && text.startsWith(word + ":")
          && argumentHolds.test(text.substring(word.length() + 1));
    }

    String shape() {
      if (argument.isEmpty()) {
        return word;
      }
      return optional ? "%s[:%s]".formatted(word, argument) : word + ":" + argument;
    }

    String limit() {
      return argumentWords.isEmpty() ? "" : argument + " " + argumentWords;
    }
  }
}
