package dev.kula.app.advice;

import dev.kula.app.advice.Advice.Answer;
import dev.kula.data.DataDescription;
import dev.kula.data.identity.Excess;
import dev.kula.round.FleetGain;
import dev.kula.round.RunEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether, and how, the devices of a fleet hold different data. */
final class IdentityAnswers {
  /** Standard errors by which trials must beat one group: the guard's own rule. */
  private static final double GUARD = 3;

  private final Evidence evidence;
  private final Words words;

  IdentityAnswers(Evidence evidence, Words words) {
    this.evidence = evidence;
    this.words = words;
  }

  /** Time is asked for only where rows have one. */
  List<Answer> answers() {
    List<Answer> answers = new ArrayList<>(List.of(labels(), features(), concept(), quantity()));
    evidence.time().map(this::time).ifPresent(answers::add);
    return answers;
  }

  private Answer labels() {
    Excess labels = evidence.labels();
    return answer(
        "labels",
        labels,
        "%s of a device's rows would need another label to match the fleet, %s by chance alone"
            .formatted(words.share(labels.observed()), words.share(labels.byChance())));
  }

  private Answer features() {
    Excess features = evidence.features();
    return answer(
        "features",
        features,
        "given the label, devices explain %s of the variance of a feature, %s by chance alone"
            .formatted(words.share(features.observed()), words.share(features.byChance())));
  }

  /** Numbers of rows are known exactly: below what matters there is no need of a test. */
  private Answer quantity() {
    DataDescription data = evidence.description();
    Excess quantity = evidence.quantity();
    double half = quantity.halfWidth(Adviser.CONFIDENCE);
    return new Answer(
        "quantity",
        quantity.observed() < Verdict.MATTERS
            ? Verdict.NO
            : Verdict.of(quantity.effect() - half, quantity.effect() + half),
        String.format(
            Locale.ROOT,
            "the smallest device has %d rows, the median %d, the largest %d; Gini coefficient %.2f, %.2f by chance alone, p = %.3f.",
            data.fewest(),
            data.median(),
            data.most(),
            quantity.observed(),
            quantity.byChance(),
            quantity.pValue()));
  }

  private Answer answer(String kind, Excess excess, String what) {
    double half = excess.halfWidth(Adviser.CONFIDENCE);
    double effect = excess.effect();
    Verdict verdict = Verdict.of(effect - half, effect + half);
    double must = Math.max(effect, Verdict.MATTERS - effect);
    String more =
        verdict == Verdict.CANNOT_TELL
            ? " About %.0f times the rows would tell."
                .formatted(Math.ceil(half * half / (must * must)))
            : "";
    return new Answer(
        kind,
        verdict,
        String.format(
            Locale.ROOT,
            "%s: %s, p = %.3f.%s",
            what,
            words.gain(effect, effect - half, effect + half),
            excess.pValue(),
            more));
  }

  /** Trials say whether devices serve each other; look-alikes, whether names are what differs. */
  private Answer concept() {
    List<RunEvent.Grouped> found =
        evidence.searches().stream().filter(search -> search.groups().size() > 1).toList();
    if (evidence.searches().stream().allMatch(search -> search.gains().isEmpty())) {
      return new Answer(
          "concept",
          Verdict.CANNOT_TELL,
          "no trials could be held among so few devices or rounds.");
    }
    if (2 * found.size() <= evidence.searches().size()) {
      return noGroups(found.size());
    }
    RunEvent.Grouped search = found.getFirst();
    String groups =
        "trials found %d groups of devices that serve each other better (in %d of %d seeds)"
            .formatted(search.groups().size(), found.size(), evidence.searches().size());
    Optional<Evidence.Names> names = evidence.names();
    if (names.isEmpty()) {
      return new Answer(
          "concept",
          Verdict.CANNOT_TELL,
          groups
              + "; hardly a row of one looks like a row of another, so it is features or names.");
    }
    FleetGain gain = names.get().disagreement();
    Verdict verdict = Verdict.of(gain.low(), gain.high());
    return new Answer(
        "concept",
        verdict,
        "%s; the label of a row is that of its look-alike %s more often within a group than across%s.%s"
            .formatted(
                groups,
                words.gain(gain),
                switch (verdict) {
                  case YES -> meaning(names.get().nearer());
                  case NO -> ", so features differ, not names";
                  case CANNOT_TELL -> "";
                },
                verdict == Verdict.CANNOT_TELL ? words.needed(gain) : ""));
  }

  /** What looks alike has other labels; if rows look alike on the whole, it is for their names. */
  private String meaning(FleetGain nearer) {
    return nearer.low() > 0
        ? "; its nearest row is %s more often within, so features differ, and look like those of other things"
            .formatted(words.gain(nearer))
        : "; its nearest row is %s more often within, so as far as can be told rows look alike and the same things have other names, which shows as features, too"
            .formatted(words.gain(nearer));
  }

  private Answer noGroups(int found) {
    double gain = 0;
    double error = 0;
    for (RunEvent.Grouped search : evidence.searches()) {
      Optional<RunEvent.Gain> best =
          search.gains().stream().max(Comparator.comparingDouble(RunEvent.Gain::gain));
      gain += best.map(RunEvent.Gain::gain).orElse(0.0) / evidence.searches().size();
      error += best.map(RunEvent.Gain::standardError).orElse(1.0) / evidence.searches().size();
    }
    double high = gain + GUARD * error;
    return new Answer(
        "concept",
        high < Verdict.MATTERS ? Verdict.NO : Verdict.CANNOT_TELL,
        "trials found groups of devices that serve each other better in %d of %d seeds: the best division lowers the loss by %s [%s, %s]."
            .formatted(
                found,
                evidence.searches().size(),
                loss(gain),
                loss(gain - GUARD * error),
                loss(high)));
  }

  private static String loss(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replace('-', '−');
  }

  private Answer time(FleetGain worse) {
    Verdict verdict = Verdict.of(worse.low(), worse.high());
    return new Answer(
        "time",
        verdict,
        "predicting a device's later rows from its earlier ones costs %s against a random split.%s"
            .formatted(
                words.gain(worse), verdict == Verdict.CANNOT_TELL ? words.needed(worse) : ""));
  }
}
