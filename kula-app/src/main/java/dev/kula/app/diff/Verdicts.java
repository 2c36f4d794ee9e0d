package dev.kula.app.diff;

import dev.kula.app.Figures;
import dev.kula.app.diff.RunDiff.PairedGain;
import dev.kula.app.diff.RunDiff.Parting;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an interval lets one say of a difference. */
final class Verdicts {
  /** A difference that matters: one point, as a fraction of 1. */
  private static final double MATTERS = 0.01;

  private Verdicts() {}

  static String of(List<Long> seeds, @Nullable Parting parting, Optional<PairedGain> gain) {
    if (parting == null && !seeds.isEmpty()) {
      return "the same";
    }
    if (gain.isEmpty()) {
      return seeds.isEmpty()
          ? "cannot tell: the runs have no seed in common"
          : "cannot tell: one seed, and no devices to pair; run both with several seeds, or with the"
              + " same data";
    }
    PairedGain by = gain.get();
    String interval =
        "%s points [%s, %s]"
            .formatted(
                Figures.points(by.mean()), Figures.points(by.low()), Figures.points(by.high()));
    String over =
        by.devices() == 0
            ? "95 %% over %d seeds".formatted(by.seeds())
            : by.seeds() == 1
                ? "95 %% over %d devices of one seed; another seed might say otherwise"
                    .formatted(by.devices())
                : "95 %% over %d devices and %d seeds".formatted(by.devices(), by.seeds());
    String what =
        by.low() > 0
            ? "the second is more accurate"
            : by.high() < 0
                ? "the second is less accurate"
                : by.low() > -MATTERS && by.high() < MATTERS
                    ? "no difference in accuracy that matters, less than a point"
                    : "cannot tell which is more accurate from this much";
    return "%s: %s (%s)".formatted(what, interval, over);
  }
}
