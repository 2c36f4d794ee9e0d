package dev.kula.fuzz;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.attack.Attack;
import dev.kula.aggregate.robust.RobustRule;
import dev.kula.data.Decimal;
import dev.kula.data.Notation;
import dev.kula.data.partition.PartitionSpec;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions.TaskKind;
import dev.kula.data.target.TargetSpec;
import dev.kula.model.ModelSpec;
import dev.kula.swap.SwapPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** One text for every reader of the command line's notations; each must read its own back. */
final class NotationParser implements Parser {
  /**
   * One kind of notation.
   *
   * @param same what must be the same in a value that was written and read
   */
  private record Kind<T>(
      Function<String, T> parse, Function<T, String> write, Function<T, Object> same) {
    static <T> Kind<T> of(Function<String, T> parse, Function<T, String> write) {
      return new Kind<>(parse, write, value -> value);
    }

    /** Why it does not read {@code text}, if it does not. */
    Optional<KulaException> refusal(String text) {
      T value;
      try {
        value = parse.apply(text);
      } catch (KulaException refusal) {
        return Optional.of(refusal);
      }
      String written = write.apply(value);
      T again = parse.apply(written);
      if (!same.apply(again).equals(same.apply(value))) {
        throw new AssertionError("'%s' was written as '%s'".formatted(value, written));
      }
      return Optional.empty();
    }
  }

  private static final List<Kind<?>> KINDS =
      List.of(
          Kind.of(PartitionSpec::parse, PartitionSpec::notation),
          Kind.of(SplitSpec::parse, SplitSpec::notation),
          Kind.of(TargetSpec::parse, TargetSpec::notation),
          Kind.of(ModelSpec::parse, ModelSpec::notation),
          Kind.of(AggregationStrategy::parse, AggregationStrategy::name),
          Kind.of(RobustRule::parse, RobustRule::name),
          Kind.of(Attack::parse, Attack::name),
          // Policies that take nothing have no equality of their own.
          new Kind<>(SwapPolicy::parse, SwapPolicy::notation, SwapPolicy::notation),
          Kind.of(DataSource::parse, DataSource::notation),
          Kind.of(TaskKind::parse, kind -> kind.name().toLowerCase(Locale.ROOT)));

  @Override
  public void parse(byte[] input, Path folder) {
    String text = new String(input, StandardCharsets.UTF_8);
    for (Kind<?> kind : KINDS) {
      kind.refusal(text).ifPresent(refusal -> Bounds.requireMistake(blames(), refusal));
    }
    Notation notation = Notation.of("option", text);
    if (text.indexOf(':') < 0 != notation.argument().isEmpty()) {
      throw new AssertionError("a colon makes an argument");
    }
    Decimal.parse(text)
        .ifPresent(
            number -> {
              double again = Decimal.parse(Decimal.text(number)).orElse(Double.NaN);
              // Minus zero is written as zero.
              if (again != number) {
                throw new AssertionError("%s came back as %s".formatted(number, again));
              }
            });
  }
}
