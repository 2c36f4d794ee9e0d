package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.Rule.Form;
import dev.kula.model.ModelProvider;
import dev.kula.privacy.PrivacyBudget;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of a run: its flag, its key in a configuration file, its default, its rule and its
 * line in the help. {@link RunSettings} has a component of the same name for each.
 */
enum Flag {
  DATA(
      Section.DATA,
      "DATA",
      "fashion-mnist",
      Rule.data(),
      "fashion-mnist, idx:DIR, csv:FILE, parquet:FILE, sql:QUERY, folder:DIR or leaf:PATH."),
  DEVICE_COLUMN(
      Section.DATA,
      "NAME",
      "device",
      Rule.text("the name of a column"),
      "Column of a table that says whose a row is."),
  TIME_COLUMN(
      Section.DATA,
      "NAME",
      "time",
      Rule.text("the name of a column"),
      "Column of a table by which rows are ordered."),
  LABEL_COLUMN(
      Section.DATA,
      "NAME",
      "label",
      Rule.text("the name of a column"),
      "Column of a table that a model has to predict."),
  TASK(
      Section.DATA,
      "TASK",
      "classification",
      Rule.words("classification", "regression"),
      "classification or regression (mean squared error)."),
  PARTITION(
      Section.DATA,
      "HOW",
      "dirichlet:0.1",
      DataRules.PARTITION,
      "How devices come by data: natural (their column), iid, dirichlet:A, classes:K, quantity:A."),
  DEVICES(
      Section.DATA,
      "N",
      "50",
      Rule.wholeNumber(1, 1_000_000),
      "Devices in the fleet; without effect on --partition natural, where the data name them."),
  SPLIT(
      Section.DATA,
      "HOW",
      "random:0.75",
      DataRules.SPLIT,
      "Share of a device's data that it trains on, picked at random:SHARE or as the earliest by"
          + " time:SHARE; the rest is for testing."),
  TARGET(
      Section.DATA,
      "WHAT",
      "mixture:0.5",
      DataRules.TARGET,
      "What a device's model must serve and is tested on: local, mixture:W (W of its own labels,"
          + " the rest uniform) or recent (for drifting data)."),
  SCENARIO(
      Section.DATA,
      "NAME",
      null,
      Rule.words(Preset.keys()),
      "Settings under one name, each of which its own flag may change; the README lists them."),
  SHIFT(
      Section.DATA,
      "HOW",
      "none",
      DataRules.SHIFT,
      "How K regimes differ: things look different (features:K), or have other names (labels:K)."),
  COURSE(
      Section.DATA,
      "WHAT",
      "still",
      DataRules.COURSE,
      "What becomes of the data meanwhile: still, join (a quarter of the devices comes late),"
          + " sudden, gradual, recurring, together (devices change regimes) or stream (by time)."),
  BASE(
      Section.DATA,
      "SHARE",
      "0.02",
      Rule.number("a number from 0 to 0.5", x -> 0 <= x && x <= 0.5),
      "Share of the data that the operator owns and gives to all as pointers."),

  MODEL(
      Section.TRAINING,
      "MODEL",
      "mlp:200",
      Rule.forms(
              Form.word("softmax"),
              Form.wholeNumbers("mlp", "WIDTHS", 1, 65_536),
              Form.word("cnn"),
              Form.text("torchscript", "FILE"))
          .or(ModelProvider.FOUND),
      "softmax, mlp:WIDTHS (such as mlp:64,32), cnn or torchscript:FILE (a model of your own)."),
  ROUNDS(Section.TRAINING, "N", "40", Rule.wholeNumber(1, 1_000_000), "Rounds to run at the most."),
  LOCAL_EPOCHS(Section.TRAINING, "N", "2", Rule.wholeNumber(1, 10_000), "Local epochs in a round."),
  BATCH(Section.TRAINING, "N", "32", Rule.wholeNumber(1, 1_000_000), "Samples in a step."),
  LR(
      Section.TRAINING,
      "RATE",
      "0.1",
      Rule.number("a finite number above 0", Range::positive),
      "Learning rate; for a regression 0.01 unless given."),
  PARTICIPATION(
      Section.TRAINING,
      "SHARE",
      "1.0",
      Rule.number("a number above 0 and at most 1", x -> 0 < x && x <= 1),
      "Share of the devices in a round's cohort."),
  EXAMINED(
      Section.TRAINING,
      "SHARE",
      "1.0",
      Rule.number("a number above 0 and at most 1", x -> 0 < x && x <= 1),
      "Share of the devices examined in each round but the last, which examines all."),
  PACE(
      Section.TRAINING,
      "PACE",
      "all",
      PacePlan.rule(),
      "Whose updates a round waits for: all, first:SHARE of the cohort or buffer:K (FedBuff)."),
  STRATEGY(Section.TRAINING, "STRATEGY", "fedavg", StrategyLimits.rule(), StrategyLimits.HELP),
  CLUSTERS(
      Section.TRAINING,
      "K",
      "1",
      Rule.wholeNumber(1, 100),
      "Global models, of which each device takes the one that does best on its data (IFCA)."),
  ROBUST(
      Section.TRAINING,
      "RULE",
      "none",
      AggregationPlan.ROBUST,
      "How updates become one where some may be made up; none is their weighted mean."),
  UPDATE_BITS(
      Section.TRAINING,
      "BITS",
      "32",
      Rule.oneOf(32, 16, 8),
      "Bits of a number in a device's update; what is rounded off is added to its next."),
  ATTACK(
      Section.TRAINING,
      "ATTACK",
      "none",
      AggregationPlan.ATTACK,
      "What attackers among the devices do, to see what --robust stands; they are not examined."),
  ATTACKERS(
      Section.TRAINING,
      "SHARE",
      "0.2",
      Rule.number("a number from 0 to 1", Range::share),
      "Share of the devices that attack, rounded down; counts with --attack alone."),
  TARGET_ACCURACY(
      Section.TRAINING,
      "SHARE",
      null,
      Rule.number("a number above 0 and at most 1", x -> 0 < x && x <= 1),
      "Personal accuracy that rounds and seconds to target refer to; by default found by a rule."),

  PERSONALIZATION(Section.SWAPS, "HOW", "fine-tune", PersonalPlan.RULE, PersonalPlan.HELP),
  FINE_TUNE_LR(
      Section.SWAPS,
      "RATE",
      null,
      Rule.number("a finite number above 0", Range::positive),
      "Learning rate of fine-tuning, and of FedRep's output layers; by default that of --lr."),
  FINE_TUNE_EPOCHS(
      Section.SWAPS,
      "N",
      "5",
      Rule.wholeNumber(1, 10_000),
      "Passes of fine-tuning at the most, the best being kept; of FedRep's heads, in a round."),
  FINE_TUNE_SCOPE(
      Section.SWAPS,
      "LAYERS",
      "head",
      Rule.words("head", "all"),
      "What fine-tuning trains: head (the output layer) or all; the gate always judges by heads."),
  GROUPS(
      Section.SWAPS,
      "HOW",
      "auto",
      Rule.words("auto", "trials", "none"),
      "trials: devices try what others learnt, and those that serve each other train a model and"
          + " swap among themselves, if that pays; auto: so where it can be; none: one model."),
  LABEL_PRIOR(
      Section.SWAPS,
      "WHOSE",
      "none",
      Rule.words("none", "fleet"),
      "fleet: devices tell once what labels they have, and fine-tuning starts from the global model"
          + " as if it had learnt from as many of each as a device must serve; none: from the model"
          + " as it is, until there are groups."),
  POLICY(
      Section.SWAPS,
      "POLICY",
      "deficit",
      Rule.policy(),
      "Who swaps with whom: none, static:B (the share B of all data, shared once), random,"
          + " dissimilar, similar or deficit."),
  EXCHANGE(
      Section.SWAPS,
      "MODE",
      "visit",
      Rule.words("visit", "whole-visit", "synthetic", "raw", "cheapest"),
      "visit (the model's output layer goes to the data), whole-visit (all of it does), synthetic"
          + " (sums by class come back, to draw samples from), raw (samples move, no privacy) or"
          + " cheapest (raw or visit)."),
  SELECTION(
      Section.SWAPS,
      "HOW",
      "diversity",
      Rule.words("diversity", "importance", "uniform"),
      "How a source picks samples: diversity (k-centre), importance (gradient × input) or uniform."),
  SWAP_EVERY(
      Section.SWAPS, "N", "5", Rule.wholeNumber(1, 1_000_000), "Rounds from one plan to the next."),
  SWAP_BUDGET(
      Section.SWAPS,
      "SHARE",
      "0.1",
      Rule.number("a number from 0 to 1", Range::share),
      "What a device may receive in swaps, as a share of its own data."),
  SWAP_MEGABYTES(
      Section.SWAPS,
      "MB",
      null,
      Rule.number("a number of 0 or more", megabytes -> megabytes >= 0 && megabytes < 1e12),
      "Most that swaps of one plan may move in all, best orders first; by default no limit."),
  EPSILON(
      Section.PRIVACY,
      "EPSILON",
      "8",
      Rule.positiveOrInfinite(),
      "What a device's noised releases of a run may come to, at delta 1e-5; inf turns noise off."),
  PROTECT(
      Section.PRIVACY,
      "WHAT",
      "profiles",
      Rule.words("none", "profiles", "all"),
      "Which releases carry noise; without noise on all of them the reported epsilon is infinite."),
  PRIVACY_UNIT(
      Section.PRIVACY,
      "UNIT",
      "record",
      Rule.words("record", "device"),
      "What the noise on updates hides under --protect all: one record of a device (each sample's"
          + " gradient is clipped) or all that the device has (the whole update is)."),
  CLIP(
      Section.PRIVACY,
      "NORM",
      "1",
      Rule.number("a number above 0", Range::positive),
      "Largest L2 norm of a sample's gradient, by device of an update, under --protect all."),
  CLIP_QUANTILE(
      Section.PRIVACY,
      "SHARE",
      null,
      Rule.number("a number above 0 and below 1", Range::inside),
      "Share of the samples' gradients that --clip shall leave as they are: it follows their norms"
          + " from round to round, beginning at --clip. By default it is fixed."),
  PRIVACY_SHARES(
      Section.PRIVACY,
      "SHARES",
      "0.1,0.02,0.08,0.8",
      Rule.read("four numbers above 0, separated by commas", PrivacyBudget.Shares::parse),
      "How the account is divided over profiles, swap outcomes, visits and updates; the share of"
          + " what a run does not release goes to the rest."),
  SECURE_AGGREGATION(
      Section.PRIVACY,
      "GRAPH",
      "none",
      Rule.words("none", "complete", "sparse"),
      "Hide updates in their sum: none, complete (everybody masks with everybody) or sparse (for"
          + " large cohorts). With --robust only bucketing of 8 or more; with --privacy-unit device"
          + " the noise is in the sum, too."),

  SEED(Section.RUN, "N", "1", Rule.anyWholeNumber(), "Where all randomness comes from."),
  SEEDS(
      Section.RUN,
      "N",
      "5",
      Rule.wholeNumber(1, 1_000),
      "How many seeds each method runs with, counting up from --seed."),
  METHODS(
      Section.RUN,
      "LIST",
      Method.USUAL,
      Rule.selection(Method.keys()),
      "Methods to compare, separated by commas; " + Method.OTHERS),
  FLEET(Section.RUN, "FLEET", "local", FleetChoice.rule(), FleetChoice.HELP),
  THREADS(
      Section.RUN,
      "N",
      Integer.toString(Runtime.getRuntime().availableProcessors()),
      Rule.wholeNumber(1, 4_096),
      "Threads that compute; the results do not depend on it. By default one a core."),
  SPILL_ABOVE(
      Section.RUN,
      "N",
      "10000",
      Rule.wholeNumber(0, 1_000_000),
      "Most devices whose states are held in memory; those of a larger fleet are in a file in the"
          + " run's directory while they do not work. The results do not depend on it."),
  OUT(
      Section.RUN,
      "DIR",
      null,
      Rule.text("a directory"),
      "Where results go; by default a new directory in runs/."),
  RESUME(
      Section.RUN,
      "DIR",
      null,
      Rule.text("a directory"),
      "Continue the run that was stopped in DIR, with its settings."),
  KEEP_EVERY(
      Section.RUN,
      "N",
      null,
      Rule.wholeNumber(1, 1_000_000),
      "Keep a checkpoint of every Nth round for --from-round; by default of the last alone."),
  FROM_ROUND(
      Section.RUN,
      "R",
      null,
      Rule.wholeNumber(1, 1_000_000),
      "With --resume, go back to after round R, of which a checkpoint is kept, and on in --out.");

  /** Nothing that comes of a run depends on these. */
  static final List<Flag> NO_EFFECT =
      List.of(FLEET, THREADS, SPILL_ABOVE, OUT, RESUME, KEEP_EVERY, FROM_ROUND);

  private final Section section;
  private final String valueLabel;
  private final @Nullable String defaultText;

  @SuppressWarnings("ImmutableEnumChecker") // A rule holds functions, none of which has state.
  private final Rule<?> rule;

  private final String description;

  Flag(
      Section section,
      String valueLabel,
      @Nullable String defaultText,
      Rule<?> rule,
      String description) {
    this.section = section;
    this.valueLabel = valueLabel;
    this.defaultText = defaultText;
    this.rule = rule;
    this.description = description;
  }

  /** Its key in a configuration file, such as {@code local-epochs}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As it is typed, such as {@code --local-epochs}. */
  String option() {
    return "--" + key();
  }

  Section section() {
    return section;
  }

  String valueLabel() {
    return valueLabel;
  }

  /** Its default as text; empty if the setting is absent unless given. */
  Optional<String> defaultText() {
    return Optional.ofNullable(defaultText);
  }

  String description() {
    return description;
  }

  /** Values, or beginnings of values, to choose from; empty if there is no such choice. */
  List<String> candidates() {
    return rule.candidates();
  }

  /** Its rule, to follow "must be". */
  String words() {
    return rule.words();
  }

  /** The flag with this key. */
  static Optional<Flag> withKey(String key) {
    return Arrays.stream(values()).filter(flag -> flag.key().equals(key)).findFirst();
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Flag::key).toList();
  }

  /**
   * The value that {@code text} stands for.
   *
   * @throws KulaException the user's mistake, if it breaks the rule
   */
  Object read(String text) {
    return value(text, () -> complaint(option(), text, option() + " "));
  }

  /** Likewise for a value in a configuration file, at {@code place}, its file and line. */
  Object read(String text, String place) {
    return value(text, () -> place + ": " + complaint(key(), text, key() + ": "));
  }

  private Object value(String text, Supplier<String> complaint) {
    return ((Optional<?>) rule.read(text)).orElseThrow(() -> KulaException.user(complaint.get()));
  }

  /** Holds a typed value to the rule; {@code null} only where there is no default. */
  void check(@Nullable Object value) {
    if (value == null ? defaultText != null : !rule.holds(value)) {
      throw KulaException.user(complaint(option(), String.valueOf(value), option() + " "));
    }
  }

  private String complaint(String subject, String text, String assignment) {
    // A newline in a value must not break the promise of one line.
    String shown = text.replaceAll("\\p{Cntrl}", " ");
    Optional<String> normal = defaultText().map(value -> "try " + assignment + value);
    String remedy = Suggestion.remedy(shown, rule, normal);
    return "%s is '%s', must be %s; %s".formatted(subject, shown, rule.words(), remedy);
  }
}
