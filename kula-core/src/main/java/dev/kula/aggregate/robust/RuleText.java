package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Reads the names of rules. */
final class RuleText {
  private static final String RULES =
      "'norm-bound[:BOUND]', 'median', 'trimmed-mean:SHARE', 'krum:F', 'multi-krum:F[:KEEP]',"
          + " 'bulyan:F', 'geometric-median[:ITERATIONS[:NU]]', 'trusted-root' or"
          + " 'bucketing:S:RULE'";

  private RuleText() {}

  static RobustRule parse(String text) {
    try {
      return read(text);
    } catch (IllegalArgumentException e) {
      throw KulaException.user(
          "robust rule is '%s': %s; try 'trimmed-mean:0.25'".formatted(text, e.getMessage()), e);
    }
  }

  private static RobustRule read(String text) {
    String[] parts = text.split(":", -1);
    int values = parts.length - 1;
    return switch (parts[0]) {
      case NormBound.NAME -> {
        requireValues(values, 0, 1);
        yield new NormBound(
            values == 0 ? OptionalDouble.empty() : OptionalDouble.of(decimal("BOUND", parts[1])));
      }
      case CoordinateMedian.NAME -> {
        requireValues(values, 0, 0);
        yield new CoordinateMedian();
      }
      case TrimmedMean.NAME -> {
        requireValues(values, 1, 1);
        yield new TrimmedMean(decimal("SHARE", parts[1]));
      }
      case Krum.NAME -> {
        requireValues(values, 1, 1);
        yield new Krum(whole("F", parts[1]));
      }
      case MultiKrum.NAME -> {
        requireValues(values, 1, 2);
        yield new MultiKrum(
            whole("F", parts[1]),
            values == 1 ? OptionalInt.empty() : OptionalInt.of(whole("KEEP", parts[2])));
      }
      case Bulyan.NAME -> {
        requireValues(values, 1, 1);
        yield new Bulyan(whole("F", parts[1]));
      }
      case GeometricMedian.NAME -> {
        requireValues(values, 0, 2);
        yield new GeometricMedian(
            values < 1 ? GeometricMedian.DEFAULT_ITERATIONS : whole("ITERATIONS", parts[1]),
            values < 2 ? GeometricMedian.DEFAULT_NU : decimal("NU", parts[2]));
      }
      case TrustedRoot.NAME -> {
        requireValues(values, 0, 0);
        yield new TrustedRoot();
      }
      case Bucketing.NAME -> {
        requireValues(values, 2, Integer.MAX_VALUE);
        String inner = text.substring(parts[0].length() + parts[1].length() + 2);
        // Not read first: a text of thousands of them would exhaust the stack.
        if (inner.startsWith(Bucketing.NAME + ":")) {
          throw new IllegalArgumentException(
              "RULE must not be a bucketing itself; multiply the sizes of buckets");
        }
        yield new Bucketing(whole("S", parts[1]), read(inner));
      }
      default -> throw new IllegalArgumentException("must be " + RULES);
    };
  }

  private static void requireValues(int values, int least, int most) {
    if (values < least || values > most) {
      throw new IllegalArgumentException("must be " + RULES);
    }
  }

  private static double decimal(String what, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " is '" + text + "', must be a number", e);
    }
  }

  private static int whole(String what, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " is '" + text + "', must be a whole number", e);
    }
  }
}
