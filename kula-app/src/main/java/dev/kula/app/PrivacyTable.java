package dev.kula.app;

import dev.kula.device.ChangeProtection;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.model.ParameterLayout;
import dev.kula.model.PrivateSteps;
import dev.kula.monitor.ProfileRelease;
import dev.kula.privacy.PrivacyBudget;
import dev.kula.privacy.PrivacyBudget.Releases;
import dev.kula.privacy.accounting.Mechanism;
import dev.kula.privacy.accounting.PrivacyLossAccountant;
import dev.kula.privacy.noise.GaussianMechanism;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A privacy plan as people read it: every kind of release with its count, share of the account and
 * noise.
 */
final class PrivacyTable {
  private static final String NOTHING = "–";

  private final PrivacyPlan plan;
  private final PrivacySettings settings;
  private final ParameterLayout layout;
  private final int cohort;
  private final int labels;

  PrivacyTable(PrivacyPlan plan, ParameterLayout layout, int cohort, int labels) {
    this.plan = plan;
    this.settings = plan.settings();
    this.layout = layout;
    this.cohort = cohort;
    this.labels = labels;
  }

  /** For a terminal, with a line break at the end. */
  String text() {
    return grid().map(grid -> grid.text() + "\n").orElse("") + String.join("\n", notes()) + "\n";
  }

  private Optional<Grid> grid() {
    return account()
        .map(
            account ->
                new Grid(
                    "A device's account: epsilon %s at delta %s, protect %s"
                        .formatted(number(account.epsilon()), account.delta(), account.protect()),
                    List.of("release", "times", "share", "price", "hides", "noise, sd a number"),
                    account.releases().stream().map(PrivacyTable::row).toList()));
  }

  /** The account; empty where nothing has noise. */
  Optional<Document.Account> account() {
    if (!isNoised()) {
      return Optional.empty();
    }
    PrivacyBudget budget = plan.budget();
    Releases releases = budget.planned();
    List<Document.Release> rows = new ArrayList<>();
    rows.add(
        release(
            "profiles", releases.profiles(), budget.profileRho(), "a record", this::profileNoise));
    rows.add(release("swap outcomes", releases.outcomes(), budget.outcomeRho(), "a record", null));
    rows.add(
        plan.sumsClasses()
            ? release(
                "class sums", releases.visits(), budget.visitRho(), "a record", this::sumNoise)
            : release(
                "visits",
                releases.visits(),
                budget.visitRho(),
                "the device's data",
                this::visitNoise));
    rows.add(
        release(
            "updates",
            releases.updates(),
            budget.updateRho() - searchRho(),
            updatesHide(),
            this::updateNoise));
    plan.search()
        .ifPresent(
            search ->
                rows.add(
                    release(
                        "counts of norms",
                        releases.updates(),
                        search.rho(),
                        "a record",
                        () -> new Noise(search.mechanism().stddev(), "of a count"))));
    return Optional.of(
        new Document.Account(
            budget.filter().epsilon(),
            budget.filter().delta(),
            settings.protection().name().toLowerCase(Locale.ROOT),
            tightEpsilon(),
            rows));
  }

  private double searchRho() {
    return plan.search().map(ChangeProtection.ClipSearch::rho).orElse(0.0);
  }

  private boolean isNoised() {
    return Double.isFinite(plan.budget().filter().epsilon())
        && settings.protection() != Protection.NONE
        && plan.budget().totalRho() > 0;
  }

  /**
   * The noise of a release.
   *
   * @param of what each number with it is, to follow the standard deviation
   */
  private record Noise(double stddev, String of) {}

  /**
   * A kind of release.
   *
   * @param noise asked only if there are some; null if it is not a single number
   */
  private Document.Release release(
      String name, int times, double price, String hides, @Nullable Supplier<Noise> noise) {
    Noise drawn = times == 0 || noise == null ? null : noise.get();
    return new Document.Release(
        name,
        times,
        times * price / plan.budget().totalRho(),
        price,
        hides,
        drawn == null ? null : drawn.stddev(),
        drawn == null ? null : drawn.of());
  }

  private static List<String> row(Document.Release release) {
    String times = Integer.toString(release.times());
    if (release.times() == 0) {
      return List.of(release.release(), times, NOTHING, NOTHING, NOTHING, NOTHING);
    }
    Double noise = release.noise();
    return List.of(
        release.release(),
        times,
        "%.0f %%".formatted(100 * release.share()),
        number(release.rho()),
        release.hides(),
        noise == null ? NOTHING : number(noise) + " " + release.noiseOf());
  }

  private Noise profileNoise() {
    double rho = ProfileRelease.LABEL_SHARE * plan.budget().profileRho();
    return new Noise(
        new GaussianMechanism(ProfileRelease.SUM_SENSITIVITY, rho, labels).stddev(), "of a count");
  }

  private Noise visitNoise() {
    return new Noise(wholeNoise(settings.visit(), layout.headSize()), "of a change");
  }

  private Noise sumNoise() {
    int width = layout.headSize() / labels - 1;
    return new Noise(settings.sums().sumStddev(labels, width), "of a sum of embeddings");
  }

  private static double wholeNoise(ChangeProtection.WholeChange whole, int coordinates) {
    return new GaussianMechanism(2 * whole.clip(), whole.rho(), coordinates).stddev();
  }

  private String updatesHide() {
    return switch (settings.update()) {
      case ChangeProtection.WholeChange whole -> "the device's data";
      case ChangeProtection.InSum part -> "the device's data";
      case ChangeProtection.EachSample each -> "a record";
    };
  }

  private Noise updateNoise() {
    return switch (settings.update()) {
      case ChangeProtection.WholeChange whole ->
          new Noise(wholeNoise(whole, layout.size()), "of a change");
      case ChangeProtection.InSum part ->
          new Noise(part.mechanism().stddevOfSum(), "of the cohort's sum");
      case ChangeProtection.EachSample each ->
          each.search().isPresent()
              ? new Noise(each.noiseMultiplier(), "× the clip, of a step's sum")
              : new Noise(each.noiseMultiplier() * each.steps().clip(), "of a step's sum");
    };
  }

  /** What else there is to say, a sentence each. */
  List<String> notes() {
    if (!isNoised()) {
      return List.of("No release is noised with these settings: epsilon is infinite.");
    }
    List<String> notes = new ArrayList<>();
    signal().ifPresent(notes::add);
    if (settings.protection() == Protection.PROFILES) {
      notes.add(
          "Updates and %s leave without noise, so epsilon over all releases is infinite."
              .formatted(plan.sumsClasses() ? "class sums" : "visits"));
    }
    notes.add(
        "Accounted at Rényi order %d. By the distribution of the privacy loss the plan spends at most epsilon %s."
            .formatted(plan.budget().filter().order(), number(tightEpsilon())));
    return notes;
  }

  /** How long the noise is beside the longest sum that it can hide in, over a whole cohort. */
  private Optional<String> signal() {
    if (plan.budget().planned().updates() == 0) {
      return Optional.empty();
    }
    double numbers = Math.sqrt(layout.size());
    return Optional.of(
        switch (settings.update()) {
          case ChangeProtection.WholeChange whole ->
              "Over a cohort of %d the noise of the mean update has norm %s; the mean has %s at the most."
                  .formatted(
                      cohort,
                      number(wholeNoise(whole, layout.size()) * numbers / Math.sqrt(cohort)),
                      number(whole.clip()));
          case ChangeProtection.InSum part ->
              "Over a cohort of %d the noise of the mean update has norm %s, hidden in a sum of at least %d honest devices; the mean has %s at the most."
                  .formatted(
                      cohort,
                      number(
                          part.mechanism().stddevOfSum()
                              * numbers
                              / Math.sqrt((double) cohort * part.mechanism().contributors())),
                      part.mechanism().contributors(),
                      number(part.mechanism().clip()));
          case ChangeProtection.EachSample each -> {
            PrivateSteps steps = each.steps();
            double sum = each.noiseMultiplier() * steps.clip() * numbers;
            yield "A step takes each sample with chance %s, %d steps a round. Over a cohort of %d the noise of the mean gradient has norm %s; the mean has %s at the most."
                .formatted(
                    number(steps.samplingRate()),
                    steps.steps(),
                    cohort,
                    number(sum / steps.expectedBatch() / Math.sqrt(cohort)),
                    number(steps.clip()));
          }
        });
  }

  private double tightEpsilon() {
    PrivacyBudget budget = plan.budget();
    Releases releases = budget.planned();
    PrivacyLossAccountant accountant = PrivacyLossAccountant.empty();
    accountant = plus(accountant, budget.profileRho(), releases.profiles());
    accountant = plus(accountant, budget.outcomeRho(), releases.outcomes());
    accountant = plus(accountant, budget.visitRho(), releases.visits());
    if (releases.updates() > 0) {
      if (plan.search().isPresent()) {
        accountant = plus(accountant, searchRho(), releases.updates());
      }
      accountant =
          switch (settings.update()) {
            case ChangeProtection.WholeChange whole ->
                plus(accountant, whole.rho(), releases.updates());
            case ChangeProtection.InSum part -> plus(accountant, part.rho(), releases.updates());
            case ChangeProtection.EachSample each ->
                accountant.plus(
                    new Mechanism.Gaussian(each.steps().samplingRate(), each.noiseMultiplier()),
                    releases.updates() * each.steps().steps());
          };
    }
    return accountant.epsilon(budget.filter().delta());
  }

  private static PrivacyLossAccountant plus(
      PrivacyLossAccountant accountant, double rho, int times) {
    return times == 0
        ? accountant
        : accountant.plus(new Mechanism.Gaussian(1, 1 / Math.sqrt(2 * rho)), times);
  }

  /** Three digits that matter. */
  private static String number(double value) {
    double rounded = value >= 100 ? Math.rint(value) : value;
    String text = String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.3g", rounded);
    return text.contains(".") && !text.contains("e")
        ? text.replaceAll("0+$", "").replaceAll("\\.$", "")
        : text;
  }
}
