package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.audit.AuditSettings;
import dev.kula.audit.AuditedRelease;
import dev.kula.audit.AuditedRelease.Hidden;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.data.FederatedData;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Personalization;
import dev.kula.model.ModelSpec;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.PrivacyBudget.Releases;
import dev.kula.swap.Gate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a run {@code kula audit} attacks.
 *
 * @param trials releases of each kind
 * @param kinds what is released
 * @param hidden which noise
 */
record AuditPlan(int trials, Set<Kind> kinds, Set<Hidden> hidden) {
  AuditPlan {
    kinds = Set.copyOf(kinds);
    hidden = Set.copyOf(hidden);
  }

  /**
   * What the options ask for; null where one is not given.
   *
   * @throws KulaException the user's mistake
   */
  static AuditPlan of(
      int trials, @Nullable String exchange, @Nullable String protect, @Nullable String unit) {
    return new AuditPlan(trials, kinds(exchange), hidden(protect, unit));
  }

  private static Set<Kind> kinds(@Nullable String exchange) {
    if (exchange == null || exchange.equals("all")) {
      return EnumSet.allOf(Kind.class);
    }
    return switch ((String) Flag.EXCHANGE.read(exchange)) {
      case "visit" -> EnumSet.of(Kind.UPDATE, Kind.VISIT);
      case "whole-visit" -> EnumSet.of(Kind.UPDATE, Kind.WHOLE_VISIT);
      case "synthetic" -> EnumSet.of(Kind.UPDATE, Kind.CLASS_SUMS);
      case "raw" -> EnumSet.of(Kind.UPDATE, Kind.RAW);
      default -> EnumSet.of(Kind.UPDATE, Kind.VISIT, Kind.RAW);
    };
  }

  private static Set<Hidden> hidden(@Nullable String protect, @Nullable String unit) {
    Set<Hidden> hidden = EnumSet.allOf(Hidden.class);
    if (protect != null) {
      boolean noised = Flag.PROTECT.read(protect).equals("all");
      if (!noised && unit != null) {
        throw KulaException.user(
            "--privacy-unit is '%s', must be left out with --protect %s, which adds no noise; remove it"
                .formatted(unit, protect));
      }
      hidden.retainAll(
          noised ? EnumSet.of(Hidden.RECORD, Hidden.DEVICE) : EnumSet.of(Hidden.NOTHING));
    }
    if (unit != null) {
      hidden.remove(Flag.PRIVACY_UNIT.read(unit).equals("record") ? Hidden.DEVICE : Hidden.RECORD);
    }
    return hidden;
  }

  /**
   * Settings for the core.
   *
   * @param clipsEachSample whether the model's engine can; without it, records are not hidden
   * @throws KulaException the user's mistake, if nothing is left to attack
   */
  AuditSettings settings(RunSettings settings, FederatedData data, boolean clipsEachSample) {
    List<AuditedRelease> releases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (Hidden each : Hidden.values()) {
        if (kinds.contains(kind) && isMade(kind, each, settings, clipsEachSample)) {
          releases.add(new AuditedRelease(kind, each, devices(kind, each, settings, data)));
        }
      }
    }
    if (releases.isEmpty()) {
      throw KulaException.user(
          "--protect and --privacy-unit leave no release to attack with --epsilon %s and --model %s; leave them out"
              .formatted(Figures.epsilon(settings.epsilon()), settings.model()));
    }
    return new AuditSettings(
        ModelSpec.parse(settings.model()),
        releases,
        local(settings),
        Math.clamp(settings.swapBudget(), 0.01, 1),
        trials,
        settings.threads(),
        new Seed(settings.seed()));
  }

  /**
   * Copies are never noised; visits are noised for the device and class sums for the record,
   * whatever the unit; without a limit nothing is.
   */
  private boolean isMade(Kind kind, Hidden each, RunSettings settings, boolean clipsEachSample) {
    return switch (each) {
      case NOTHING -> kind == Kind.RAW || hidden.contains(each);
      case RECORD ->
          (kind == Kind.CLASS_SUMS
                  ? hidden.contains(each) || hidden.contains(Hidden.DEVICE)
                  : kind == Kind.UPDATE && hidden.contains(each) && clipsEachSample)
              && Double.isFinite(settings.epsilon());
      case DEVICE ->
          kind != Kind.RAW
              && kind != Kind.CLASS_SUMS
              && (hidden.contains(each) || (kind != Kind.UPDATE && hidden.contains(Hidden.RECORD)))
              && Double.isFinite(settings.epsilon());
    };
  }

  private static TrainingPlan local(RunSettings settings) {
    return TrainingPlan.of(settings.localEpochs(), settings.batch(), (float) settings.lr());
  }

  private static DeviceSettings devices(
      Kind kind, Hidden each, RunSettings settings, FederatedData data) {
    boolean noised = each != Hidden.NOTHING;
    RunSettings unit =
        settings
            .with(Flag.PROTECT, noised ? "all" : "none")
            .with(Flag.PRIVACY_UNIT, each == Hidden.RECORD ? "record" : "device");
    Releases one =
        new Releases(
            0, 0, noised && kind != Kind.UPDATE ? 1 : 0, noised && kind == Kind.UPDATE ? 1 : 0);
    return new DeviceSettings(
        data.dataset().labels(),
        Personalization.FINE_TUNE,
        local(settings),
        RunPlanner.Tuning.fineTune(settings),
        RunPlanner.Tuning.visit(settings),
        Gate.defaults(),
        // A release by itself: what hides in sums is not there to be attacked.
        PrivacyPlan.of(unit.with(Flag.SECURE_AGGREGATION, "none"), one, data, 1).settings(),
        true);
  }
}
