package dev.kula.round;

import dev.kula.round.RunSummary.Comparison;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.Difference;
import dev.kula.round.RunSummary.Epsilon;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.PersonalAccuracy;
import dev.kula.round.RunSummary.SeedResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Puts the seeds of a method together, and sets methods side by side. Stateless.
 *
 * <p>The interval of a difference is Student's: mean ± t(0.975, n − 1) · s / √n over the n
 * differences of runs with the same seed. Seeds share the data set, so the interval says how a
 * method would fare with another split and another start on these data, not on other data.
 */
public final class Comparisons {
  private static final double UPPER_TAIL = 0.975;

  private Comparisons() {}

  /**
   * One run of a method, as its summary needs it.
   *
   * @param result its figures
   * @param rounds run
   * @param stopped why it ended
   * @param bestRound from 1, in which the personal accuracy was best
   * @param simulatedSeconds virtual time of the whole run
   * @param epsilon of its devices
   * @param devices at the end, at least one
   */
  public record SeedRun(
      SeedResult result,
      int rounds,
      String stopped,
      int bestRound,
      double simulatedSeconds,
      Epsilon epsilon,
      List<DeviceResult> devices) {
    public SeedRun {
      devices = List.copyOf(devices);
      if (devices.isEmpty()) {
        throw new IllegalArgumentException("devices is empty, must hold at least one");
      }
    }
  }

  /**
   * Mean and sample standard deviation.
   *
   * @param sd with n − 1 in the denominator; 0 for a single value
   */
  public record Spread(double mean, double sd) {
    /** Of at least one value. */
    public static Spread of(double... values) {
      if (values.length == 0) {
        throw new IllegalArgumentException("values is empty, must hold at least one");
      }
      double mean = Arrays.stream(values).average().orElseThrow();
      double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
      return new Spread(mean, values.length == 1 ? 0 : Math.sqrt(squares / (values.length - 1)));
    }

    /** Of one figure of each seed. */
    public static Spread over(List<SeedResult> seeds, ToDoubleFunction<SeedResult> figure) {
      return of(seeds.stream().mapToDouble(figure).toArray());
    }
  }

  /**
   * A method over its seeds.
   *
   * @param name of the method
   * @param runs one a seed, at least one; devices and best round are shown of the first
   */
  public static MethodSummary summarise(String name, List<SeedRun> runs) {
    SeedRun first = runs.getFirst();
    List<SeedResult> seeds = runs.stream().map(SeedRun::result).toList();
    return new MethodSummary(
        name,
        seeds.stream().map(SeedResult::seed).toList(),
        mean(runs, SeedRun::rounds),
        runs.getLast().stopped(),
        new PersonalAccuracy(
            mean(runs, run -> run.result().personalAccuracy()),
            mean(runs, run -> run.result().worstDecile()),
            mean(runs, run -> Spread.of(accuracies(run).toArray()).sd()),
            runs.stream().flatMapToDouble(Comparisons::accuracies).boxed().toList()),
        mean(runs, run -> run.result().overTime()),
        curve(seeds),
        mean(runs, run -> run.result().bestPersonalAccuracy()),
        first.bestRound(),
        meanOfReached(seeds.stream().map(SeedResult::globalAccuracy).toList()),
        meanOfReached(
            seeds.stream()
                .map(SeedResult::roundsToTarget)
                .map(rounds -> rounds == null ? null : Double.valueOf(rounds))
                .toList()),
        meanOfReached(seeds.stream().map(SeedResult::simulatedSecondsToTarget).toList()),
        mean(runs, SeedRun::simulatedSeconds),
        traffic(seeds),
        epsilon(runs),
        swaps(seeds),
        mean(runs, run -> run.result().wallSeconds()),
        seeds,
        first.devices());
  }

  /**
   * Every method but the reference against the reference.
   *
   * @param reference name of one of {@code methods}; if none has it, there is nothing to compare
   */
  public static List<Comparison> against(List<MethodSummary> methods, String reference) {
    List<Comparison> comparisons = new ArrayList<>();
    for (MethodSummary base : methods) {
      if (base.name().equals(reference)) {
        methods.stream()
            .filter(method -> !method.name().equals(reference))
            .forEach(method -> comparisons.add(against(method, base)));
      }
    }
    return List.copyOf(comparisons);
  }

  /**
   * One method against another, paired by seed.
   *
   * @throws IllegalArgumentException if they did not run with the same seeds
   */
  public static Comparison against(MethodSummary method, MethodSummary reference) {
    if (!method.seeds().equals(reference.seeds())) {
      throw new IllegalArgumentException(
          "seeds of %s are %s, must be those of %s, %s"
              .formatted(method.name(), method.seeds(), reference.name(), reference.seeds()));
    }
    Difference last = difference(method, reference, SeedResult::personalAccuracy);
    boolean changed =
        Stream.of(method, reference)
            .flatMap(one -> one.perSeed().stream())
            .allMatch(seed -> seed.afterChange() != null);
    return new Comparison(
        method.name(),
        reference.name(),
        last.mean(),
        last.low(),
        last.high(),
        Spread.of(differences(method, reference, SeedResult::worstDecile)).mean(),
        difference(method, reference, SeedResult::overTime),
        changed
            ? difference(method, reference, seed -> Objects.requireNonNull(seed.afterChange()))
            : null);
  }

  private static Difference difference(
      MethodSummary method, MethodSummary reference, ToDoubleFunction<SeedResult> figure) {
    return difference(differences(method, reference, figure));
  }

  private static Difference difference(double[] differences) {
    Spread spread = Spread.of(differences);
    Double half = halfWidth(spread, differences.length);
    return new Difference(
        spread.mean(),
        half == null ? null : spread.mean() - half,
        half == null ? null : spread.mean() + half);
  }

  /** The mean of differences with its interval; empty for less than two, which have none. */
  public static Optional<Difference> interval(double[] differences) {
    return differences.length < 2 ? Optional.empty() : Optional.of(difference(differences));
  }

  /** Mean over seeds, as far as all of them go. */
  private static List<Double> curve(List<SeedResult> seeds) {
    int length = seeds.stream().mapToInt(seed -> seed.recovery().size()).min().orElseThrow();
    return IntStream.range(0, length)
        .mapToObj(i -> Spread.over(seeds, seed -> seed.recovery().get(i)).mean())
        .toList();
  }

  private static @Nullable Double halfWidth(Spread spread, int count) {
    if (count < 2) {
      return null;
    }
    double t = TDistribution.of(count - 1).inverseCumulativeProbability(UPPER_TAIL);
    return t * spread.sd() / Math.sqrt(count);
  }

  private static double[] differences(
      MethodSummary method, MethodSummary reference, ToDoubleFunction<SeedResult> figure) {
    double[] differences = new double[method.perSeed().size()];
    for (int i = 0; i < differences.length; i++) {
      differences[i] =
          figure.applyAsDouble(method.perSeed().get(i))
              - figure.applyAsDouble(reference.perSeed().get(i));
    }
    return differences;
  }

  private static DoubleStream accuracies(SeedRun run) {
    return run.devices().stream().mapToDouble(DeviceResult::accuracy);
  }

  private static double mean(List<SeedRun> runs, ToDoubleFunction<SeedRun> figure) {
    return runs.stream().mapToDouble(figure).average().orElseThrow();
  }

  /** Mean; null if a value is missing: a mean over those that made it would flatter. */
  private static @Nullable Double meanOfReached(List<? extends @Nullable Double> values) {
    List<Double> reached = new ArrayList<>();
    for (Double value : values) {
      if (value != null) {
        reached.add(value);
      }
    }
    return reached.size() < values.size()
        ? null
        : Spread.of(reached.stream().mapToDouble(Double::doubleValue).toArray()).mean();
  }

  private static Epsilon epsilon(List<SeedRun> runs) {
    List<Epsilon> all = runs.stream().map(SeedRun::epsilon).toList();
    return new Epsilon(
        all.stream().mapToDouble(Epsilon::max).max().orElseThrow(),
        all.stream().mapToDouble(Epsilon::mean).average().orElseThrow(),
        all.stream().mapToDouble(Epsilon::noised).max().orElseThrow(),
        all.stream().flatMap(e -> e.withoutNoise().stream()).distinct().toList());
  }

  private static Traffic traffic(List<SeedResult> seeds) {
    List<Traffic> all = seeds.stream().map(SeedResult::bytes).toList();
    return new Traffic(
        rounded(all, Traffic::model),
        rounded(all, Traffic::pointer),
        rounded(all, Traffic::fetched),
        rounded(all, Traffic::cacheHit),
        rounded(all, Traffic::visit),
        rounded(all, Traffic::asCopies),
        rounded(all, Traffic::profile));
  }

  private static SwapCounts swaps(List<SeedResult> seeds) {
    List<SwapCounts> all = seeds.stream().map(SeedResult::swaps).toList();
    return new SwapCounts(
        Math.toIntExact(rounded(all, SwapCounts::ordered)),
        Math.toIntExact(rounded(all, SwapCounts::accepted)),
        Math.toIntExact(rounded(all, SwapCounts::rejected)),
        Math.toIntExact(rounded(all, SwapCounts::expired)));
  }

  private static <T> long rounded(List<T> all, ToLongFunction<T> count) {
    return Math.round(all.stream().mapToLong(count).average().orElseThrow());
  }
}
