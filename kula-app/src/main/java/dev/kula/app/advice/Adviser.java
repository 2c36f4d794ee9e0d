package dev.kula.app.advice;

import dev.kula.app.advice.Advice.Answer;
import dev.kula.app.advice.Advice.Interval;
import dev.kula.app.advice.Advice.Line;
import dev.kula.app.report.ReportData;
import dev.kula.round.FleetGain;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.MethodSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes answers of runs and tests. Five comparisons of methods are planned before anything runs:
 * federating with training alone, groups with none, three ways to swap with not swapping. Each has
 * a {@value #CONFIDENCE} interval, so that all five hold together at 95 % (Bonferroni), also for
 * the one that looks best: picked after the fact, it would otherwise be flattered by its luck. To
 * pick on some seeds and report on others would not do, as the same devices would be lucky in both.
 * The five tests of identity hold together in the same way.
 */
public final class Adviser {
  /** Of each interval: 1 − 0.05 / 5. */
  public static final double CONFIDENCE = 0.99;

  private final RunSummary summary;
  private final List<ReportData.Curve> curves;
  private final Roles roles;
  private final Words words;

  /**
   * An adviser on runs that have ended.
   *
   * @param runs summary and curves of the methods in {@code roles}, all with the same seeds
   */
  public Adviser(ReportData runs, Roles roles) {
    this.summary = runs.summary();
    this.curves = runs.curves();
    this.roles = roles;
    this.words = new Words(summary.data().task().equals("regression"));
  }

  /**
   * The advice.
   *
   * @param command that runs a method, by its name
   */
  public Advice advise(Evidence evidence, UnaryOperator<String> command) {
    List<Answer> answers = new ArrayList<>(new IdentityAnswers(evidence, words).answers());
    String swaps = best(roles.swaps());
    answers.add(federating(evidence));
    answers.add(groups());
    answers.add(swapping(swaps));
    String best = best(roles.byCost());
    String next = cheapest(best);
    return new Advice(
        about(),
        answers,
        roles.byCost().stream().map(this::line).toList(),
        devices(swaps),
        roles.base(),
        next,
        why(best, next),
        command.apply(next));
  }

  private String why(String best, String next) {
    FleetGain behind = gain(best, next);
    String reason =
        next.equals(best)
            ? "It has the highest mean of all that were run."
            : "The cheapest that is no worse than the best, %s, as far as can be told, or by less than a point: %s."
                .formatted(best, words.gain(-behind.mean(), -behind.high(), -behind.low()));
    boolean shown = next.equals(roles.local()) || gain(next, roles.local()).low() > 0;
    return shown ? reason : reason + " It is not shown to be better than training alone.";
  }

  private String about() {
    MethodSummary first = method(roles.federated());
    return "%s: %d devices, %d rows; ran %d methods with %d seeds, %.0f rounds each."
        .formatted(
            summary.data().name(),
            summary.data().devices(),
            summary.data().samples(),
            summary.methods().size(),
            first.seeds().size(),
            first.rounds());
  }

  private Answer federating(Evidence evidence) {
    FleetGain gain = gain(roles.federated(), roles.local());
    String text =
        "%s gains %s over training alone (%s, not %s), moving %s MB."
            .formatted(
                roles.federated(),
                words.gain(gain),
                words.percent(score(roles.federated())),
                words.percent(score(roles.local())),
                megabytes(roles.federated()));
    return answer("federating", gain, text + " " + forWhom(evidence));
  }

  private String forWhom(Evidence evidence) {
    double[][] gains = differences(roles.federated(), roles.local());
    String counts = counts(gains);
    List<Integer> rows =
        method(roles.federated()).devices().stream().map(d -> d.trainSamples()).toList();
    int median = rows.stream().sorted().toList().get((rows.size() - 1) / 2);
    int[] small = indices(rows, median, true);
    int[] large = indices(rows, median, false);
    if (!evidence.natural() || small.length < 3 || large.length < 3) {
      return counts;
    }
    return counts
        + " Devices with at most %d training rows gain %s, the others %s."
            .formatted(
                median,
                words.gain(FleetGain.of(part(gains, small), CONFIDENCE)),
                words.gain(FleetGain.of(part(gains, large), CONFIDENCE)));
  }

  /** How many devices seem to gain and to lose, each by its mean over seeds. */
  private static String counts(double[][] gains) {
    int better = 0;
    int worse = 0;
    for (int i = 0; i < gains[0].length; i++) {
      double mean = 0;
      for (double[] seed : gains) {
        mean += seed[i] / gains.length;
      }
      better += mean > Verdict.MATTERS ? 1 : 0;
      worse += mean < -Verdict.MATTERS ? 1 : 0;
    }
    return "%d of %d devices are more than a point better, %d worse."
        .formatted(better, gains[0].length, worse);
  }

  private static int[] indices(List<Integer> rows, int median, boolean small) {
    int[] found = new int[rows.size()];
    int count = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i) <= median == small) {
        found[count++] = i;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private static double[][] part(double[][] gains, int[] devices) {
    return Arrays.stream(gains)
        .map(seed -> Arrays.stream(devices).mapToDouble(i -> seed[i]).toArray())
        .toArray(double[][]::new);
  }

  private Answer groups() {
    FleetGain gain = gain(roles.groups(), roles.federated());
    String text =
        gain.isNothing()
            ? "No groups were found that pay; the run is the same with and without."
            : "Groups gain %s over one model for all, moving %s MB, not %s. %s"
                .formatted(
                    words.gain(gain),
                    megabytes(roles.groups()),
                    megabytes(roles.federated()),
                    counts(differences(roles.groups(), roles.federated())));
    return answer("groups", gain, text + when(roles.groups(), roles.federated(), gain));
  }

  /** One verdict for three ways: yes if one pays, no if none does. */
  private Answer swapping(String best) {
    if (roles.swaps().stream().allMatch(way -> method(way).swaps().ordered() == 0)) {
      return new Answer(
          "swaps",
          Verdict.CANNOT_TELL,
          "No swap was ordered. More rounds would tell, or fewer from one plan to the next"
              + " (--swap-every).");
    }
    List<FleetGain> gains = roles.swaps().stream().map(m -> gain(m, roles.base())).toList();
    double lowest = gains.stream().mapToDouble(FleetGain::low).max().orElseThrow();
    double highest = gains.stream().mapToDouble(FleetGain::high).max().orElseThrow();
    Verdict verdict = Verdict.of(lowest, highest);
    List<String> ways = new ArrayList<>();
    FleetGain open = gains.getFirst();
    for (int i = 0; i < gains.size(); i++) {
      FleetGain gain = gains.get(i);
      ways.add(
          "%s %s (%s)"
              .formatted(
                  roles.swaps().get(i),
                  words.gain(gain),
                  Verdict.of(gain.low(), gain.high()).shortly()));
      open = gain.high() > open.high() ? gain : open;
    }
    return new Answer(
        "swaps",
        verdict,
        "Over "
            + roles.base()
            + ": "
            + String.join("; ", ways)
            + ". "
            + price(best)
            + (verdict == Verdict.CANNOT_TELL ? words.needed(open) : ""));
  }

  /** For whom the best swaps are, when, and at what price. */
  private String price(String best) {
    MethodSummary method = method(best);
    return "The best, %s: %s.%s It moves %.1f MB more, and epsilon is %s%s."
        .formatted(
            best,
            counts(differences(best, roles.base())).replaceFirst("\\.$", ""),
            when(best, roles.base(), gain(best, roles.base())),
            (bytes(best) - bytes(roles.base())) / 1e6,
            words.epsilon(method.epsilon().max()),
            method.epsilon().withoutNoise().isEmpty()
                ? ""
                : " for lack of noise on %s; %s for what has noise"
                    .formatted(
                        String.join(", ", method.epsilon().withoutNoise()),
                        words.epsilon(method.epsilon().noised())));
  }

  private Answer answer(String question, FleetGain gain, String text) {
    Verdict verdict = Verdict.of(gain.low(), gain.high());
    return new Answer(
        question, verdict, text + (verdict == Verdict.CANNOT_TELL ? words.needed(gain) : ""));
  }

  private String when(String method, String base, FleetGain gain) {
    Integer round = aheadFrom(method, base, gain);
    return round == null ? "" : " It is ahead from round %d on.".formatted(round);
  }

  private @Nullable Integer aheadFrom(String method, String base, FleetGain gain) {
    if (gain.low() <= 0) {
      return null;
    }
    ReportData.Curve one = curve(method);
    ReportData.Curve other = curve(base);
    Integer from = null;
    for (int i = Math.min(one.rounds().length, other.rounds().length) - 1; i >= 0; i--) {
      if (one.personalAccuracy()[i] <= other.personalAccuracy()[i]) {
        break;
      }
      from = one.rounds()[i];
    }
    return from;
  }

  private Line line(String name) {
    String base =
        name.equals(roles.local()) || name.equals(roles.federated())
            ? null
            : name.equals(roles.groups()) ? roles.federated() : roles.base();
    FleetGain overBase = base == null ? null : gain(name, base);
    return new Line(
        name,
        score(name),
        name.equals(roles.local()) ? null : interval(gain(name, roles.local())),
        overBase == null ? null : interval(overBase),
        bytes(name),
        method(name).epsilon().max(),
        base == null || overBase == null ? null : aheadFrom(name, base, overBase));
  }

  private List<Advice.Device> devices(String swaps) {
    double[][] federating = differences(roles.federated(), roles.local());
    double[][] grouping = differences(roles.groups(), roles.federated());
    double[][] swapping = differences(swaps, roles.base());
    List<RunSummary.DeviceResult> all = method(roles.federated()).devices();
    List<Advice.Device> devices = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      devices.add(
          new Advice.Device(
              all.get(i).device(),
              all.get(i).trainSamples(),
              range(federating, i),
              range(grouping, i),
              range(swapping, i)));
    }
    return devices;
  }

  private static Interval range(double[][] gains, int device) {
    double[] seeds = Arrays.stream(gains).mapToDouble(seed -> seed[device]).toArray();
    return new Interval(
        Arrays.stream(seeds).average().orElseThrow(),
        Arrays.stream(seeds).min().orElseThrow(),
        Arrays.stream(seeds).max().orElseThrow());
  }

  private static Interval interval(FleetGain gain) {
    return new Interval(gain.mean(), gain.low(), gain.high());
  }

  /** The highest mean; of equals the first. */
  private String best(List<String> names) {
    return names.stream()
        .sorted(Comparator.comparingDouble(this::score).reversed())
        .findFirst()
        .orElseThrow();
  }

  private String cheapest(String best) {
    return roles.byCost().stream()
        .filter(
            name -> {
              FleetGain behind = gain(best, name);
              boolean shownWorse = behind.low() > 0 || behind.mean() >= Verdict.MATTERS;
              return !shownWorse || behind.high() < Verdict.MATTERS;
            })
        .findFirst()
        .orElse(best);
  }

  private FleetGain gain(String method, String reference) {
    return FleetGain.of(differences(method, reference), CONFIDENCE);
  }

  private double[][] differences(String method, String reference) {
    List<Double> one = method(method).personalAccuracy().perDevice();
    List<Double> other = method(reference).personalAccuracy().perDevice();
    int seeds = method(method).seeds().size();
    int devices = one.size() / seeds;
    double[][] differences = new double[seeds][devices];
    for (int s = 0; s < seeds; s++) {
      for (int i = 0; i < devices; i++) {
        differences[s][i] = one.get(s * devices + i) - other.get(s * devices + i);
      }
    }
    return differences;
  }

  private double score(String name) {
    return method(name).personalAccuracy().mean();
  }

  private long bytes(String name) {
    return method(name).bytes().moved();
  }

  private String megabytes(String name) {
    return String.format(Locale.ROOT, "%.1f", bytes(name) / 1e6);
  }

  private MethodSummary method(String name) {
    return summary.methods().stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private ReportData.Curve curve(String name) {
    return curves.stream().filter(curve -> curve.method().equals(name)).findFirst().orElseThrow();
  }
}
