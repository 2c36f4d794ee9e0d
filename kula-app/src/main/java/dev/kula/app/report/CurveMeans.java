package dev.kula.app.report;

import dev.kula.app.report.ReportData.Curve;
import dev.kula.round.RoundRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Averages the rounds of a method over its seeds. */
final class CurveMeans {
  private final Map<String, Map<Long, List<RoundRecord>>> rounds = new LinkedHashMap<>();

  void add(RoundRecord round) {
    rounds
        .computeIfAbsent(round.method(), name -> new LinkedHashMap<>())
        .computeIfAbsent(round.seed(), seed -> new ArrayList<>())
        .add(round);
  }

  List<Curve> means() {
    return rounds.entrySet().stream()
        .map(method -> mean(method.getKey(), method.getValue().values()))
        .toList();
  }

  /** Ends with the shortest seed: a mean over ever fewer seeds would jump where one drops out. */
  private static Curve mean(String method, Collection<List<RoundRecord>> seeds) {
    int length = seeds.stream().mapToInt(List::size).min().orElse(0);
    List<RoundRecord> first = seeds.iterator().next();
    return new Curve(
        method,
        seeds.size(),
        first.stream().limit(length).mapToInt(RoundRecord::round).toArray(),
        mean(seeds, length, RoundRecord::simulatedSeconds),
        mean(seeds, length, round -> round.bytes().moved()),
        mean(seeds, length, RoundRecord::personalAccuracy),
        mean(seeds, length, RoundRecord::worstDecile),
        globalMean(seeds, length));
  }

  /** Empty where there is no global model. */
  private static double[] globalMean(Collection<List<RoundRecord>> seeds, int length) {
    double[] means = new double[length];
    for (List<RoundRecord> seed : seeds) {
      for (int i = 0; i < length; i++) {
        Double accuracy = seed.get(i).globalAccuracy();
        if (accuracy == null) {
          return new double[0];
        }
        means[i] += accuracy / seeds.size();
      }
    }
    return means;
  }

  private static double[] mean(
      Collection<List<RoundRecord>> seeds, int length, ToDoubleFunction<RoundRecord> figure) {
    double[] means = new double[length];
    for (List<RoundRecord> seed : seeds) {
      for (int i = 0; i < length; i++) {
        means[i] += figure.applyAsDouble(seed.get(i)) / seeds.size();
      }
    }
    return means;
  }
}
