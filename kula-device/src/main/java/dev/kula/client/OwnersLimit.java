package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Personalization;
import dev.kula.device.PrivacySettings;
import dev.kula.model.PrivateSteps;
import dev.kula.privacy.accounting.RenyiFilter;
import java.util.Locale;

/**
 * What a device's owner lets it spend in all runs. The server's settings are not believed: each
 * price has to be that of its noise, and nothing may go out bare.
 *
 * @param mostEpsilon infinite for no limit
 */
record OwnersLimit(double mostEpsilon) {
  private static final double MOST_DELTA = 1e-5;

  /** Of prices, which are computed at other places in floating point. */
  private static final double TOLERANCE = 1e-6;

  private boolean isNone() {
    return Double.isInfinite(mostEpsilon);
  }

  /**
   * Refuses a run in which something goes out that no epsilon counts, or at another price than its
   * noise has.
   *
   * @throws KulaException the user's mistake
   */
  void refuseBare(DeviceSettings told) {
    if (isNone()) {
      return;
    }
    PrivacySettings privacy = told.privacy();
    require(
        privacy.noisesEverything(),
        "releases without noise (its protection is '%s'), must be 'all'"
            .formatted(privacy.protection().name().toLowerCase(Locale.ROOT)));
    Personalization how = told.personalization();
    require(
        how.sharesAll() || how == Personalization.LOCAL,
        "has personal models of the kind '%s', whose updates have no noise".formatted(how));
    require(
        !told.broadcast().hasControl() && told.broadcast().models() == 1,
        "has control variates or several models, whose choice has no noise");
    require(!told.consentsToRaw(), "swaps raw samples, which no epsilon counts");
    require(
        privacy.filter().delta() <= MOST_DELTA,
        "has a delta of %s, must be at most %s"
            .formatted(Decimal.text(privacy.filter().delta()), Decimal.text(MOST_DELTA)));
    switch (privacy.update()) {
      case ChangeProtection.WholeChange whole -> {}
      case ChangeProtection.InSum part ->
          require(false, "hides updates in a sum, whose noise a device cannot see");
      case ChangeProtection.EachSample each -> {
        PrivateSteps steps = each.steps();
        double price =
            privacy.filter().price(steps.samplingRate(), each.noiseMultiplier(), steps.steps());
        require(
            each.rho() >= price * (1 - TOLERANCE),
            "says that an update costs %s, which costs %s".formatted(each.rho(), price));
      }
    }
  }

  /**
   * Refuses a run that could bring the account beyond the limit.
   *
   * @param filter limit of the run
   * @param spent epsilon of other runs
   * @throws KulaException the user's mistake
   */
  void refuseBeyond(RenyiFilter filter, double spent) {
    require(
        isNone() || spent + filter.epsilon() <= mostEpsilon,
        "may spend an epsilon of %s, and %s is spent already, which must be at most %s together"
            .formatted(
                number(filter.epsilon()),
                number(Math.ceil(spent * 100) / 100),
                number(mostEpsilon)));
  }

  private static String number(double value) {
    return Double.isInfinite(value) ? "inf" : Decimal.text(value);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw KulaException.user(
          "the server's run %s; raise the limit or leave it out, ask the operator, or take no part"
              .formatted(what));
    }
  }
}
