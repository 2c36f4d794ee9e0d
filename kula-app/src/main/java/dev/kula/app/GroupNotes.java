package dev.kula.app;

import dev.kula.round.RunEvent.Gain;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.GroupTrials;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.SeedResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Says what came of searches for groups: whether they help, or do not pay here. */
final class GroupNotes {
  private static final String UNTRIED = "groups could not be tried: too few devices answered";

  private GroupNotes() {}

  /** A line for all methods of which the same is to be said; none where nobody searched. */
  static List<String> of(RunSummary summary) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    boolean gained = false;
    String unit = summary.data().task().equals("regression") ? "" : " nats";
    for (MethodSummary method : summary.methods()) {
      List<SeedResult> searched =
          method.perSeed().stream().filter(seed -> seed.groups() != null).toList();
      if (!searched.isEmpty()) {
        List<GroupTrials> all = each(searched, seed -> Optional.ofNullable(seed.groups()));
        String text =
            method.perSeed().size() > 1
                ? over(method.perSeed().size(), all, unit)
                : one(all.getFirst(), unit);
        methods.computeIfAbsent(text, any -> new ArrayList<>()).add(method.name());
        gained |= all.stream().anyMatch(trials -> trials.gain() != null);
      }
    }
    List<String> notes = new ArrayList<>();
    boolean named = summary.methods().size() > 1;
    methods.forEach(
        (text, names) ->
            notes.add(
                (named ? "Under " + String.join("; ", names) + ": g" : "G")
                    + text.substring(1)
                    + "."));
    if (gained) {
      notes.add(
          "A gain of groups is how much lower the loss of their models is in trials than that of one"
              + " model for all, ± a standard error; groups are made if it surely is more than a"
              + " little, by at least three of these.");
    }
    return notes;
  }

  private static String one(GroupTrials trials, String unit) {
    Gain gain = trials.gain();
    if (gain == null) {
      return UNTRIED;
    }
    String figure = Figures.gain(gain.gain(), gain.standardError()) + unit;
    return trials.found()
        ? "groups help in trials, %d from round %d on (%s devices): gain %s a sample"
            .formatted(trials.sizes().size(), trials.round(), sizes(trials.sizes()), figure)
        : "groups do not pay here: best gain %s a sample, of %d groups in round %d, the last search"
            .formatted(figure, gain.groups(), trials.round());
  }

  private static String over(int seeds, List<GroupTrials> all, String unit) {
    List<GroupTrials> found = all.stream().filter(GroupTrials::found).toList();
    if (!found.isEmpty()) {
      List<Gain> gains = each(found, trials -> Optional.ofNullable(trials.gain()));
      return "groups help in trials in %d of %d seeds, %s groups each: gain %s%s a sample"
          .formatted(
              found.size(),
              seeds,
              range(
                  found.stream().mapToDouble(trials -> trials.sizes().size()).toArray(),
                  Figures::count),
              range(gains.stream().mapToDouble(Gain::gain).toArray(), Figures::loss),
              unit);
    }
    return each(all, trials -> Optional.ofNullable(trials.gain())).stream()
        .max(Comparator.comparingDouble(Gain::gain))
        .map(
            gain ->
                "groups do not pay here in any of %d seeds: best gain %s%s a sample"
                    .formatted(seeds, Figures.gain(gain.gain(), gain.standardError()), unit))
        .orElse(UNTRIED);
  }

  private static <A, B> List<B> each(List<A> all, Function<A, Optional<B>> part) {
    return all.stream().map(part).flatMap(Optional::stream).toList();
  }

  /** The only number, or the smallest and the largest. */
  private static String range(double[] numbers, DoubleFunction<String> text) {
    return DoubleStream.of(
            Arrays.stream(numbers).min().orElseThrow(), Arrays.stream(numbers).max().orElseThrow())
        .mapToObj(text)
        .distinct()
        .collect(Collectors.joining(" to "));
  }

  private static String sizes(List<Integer> sizes) {
    String rest =
        sizes.subList(0, sizes.size() - 1).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return rest + " and " + sizes.getLast();
  }
}
