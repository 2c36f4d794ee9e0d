package dev.kula.app;

import dev.kula.aggregate.secure.Graph;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.device.ChangeProtection;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.model.PrivateSteps;
import dev.kula.privacy.PrivacyBudget;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.noise.DistributedGaussian;
import dev.kula.round.RoundSettings;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A device's account divided over all that it will release, before a run starts.
 *
 * @param protection which releases are noised
 * @param budget the price of each
 * @param exchange how swaps use samples, as it was typed
 * @param visit how visits are noised, if they are
 * @param update how updates are noised, if they are
 */
record PrivacyPlan(
    Protection protection,
    PrivacyBudget budget,
    String exchange,
    ChangeProtection.WholeChange visit,
    ChangeProtection update) {
  private static final double DELTA = 1e-5;
  private static final double VISIT_CLIP = 0.5;

  /** Root mean square of an embedding's numbers; of 0.25 to 1 the best on seeds 101 and 102. */
  private static final double EMBEDDING_CLIP = 0.35;

  /** Of an update's price, what goes to counting norms where the clip follows them. */
  private static final double SEARCH_SHARE = 0.02;

  /** Orders that are tried where samples are taken at random, beyond those of whole releases. */
  private static final int HIGHEST_ORDER = 64;

  /**
   * Plans.
   *
   * @param parameters of the model
   */
  static PrivacyPlan of(
      RunSettings settings, RoundSettings rounds, FederatedData data, int parameters) {
    return of(settings, releases(protection(settings), rounds), data, parameters);
  }

  /** The same for releases that are counted already. */
  static PrivacyPlan of(
      RunSettings settings, PrivacyBudget.Releases releases, FederatedData data, int parameters) {
    Protection protection = protection(settings);
    RenyiFilter filter = RenyiFilter.of(settings.epsilon(), DELTA);
    PrivacyBudget.Shares shares = PrivacyBudget.Shares.parse(settings.privacyShares());
    boolean record = settings.privacyUnit().equals("record");
    if (record && releases.updates() > 0 && Double.isFinite(settings.epsilon())) {
      PrivateSteps steps = steps(settings, data);
      return IntStream.rangeClosed(2, Math.max(HIGHEST_ORDER, filter.order()))
          .mapToObj(order -> new RenyiFilter(settings.epsilon(), DELTA, order))
          .filter(each -> each.limit() > 0)
          .map(
              each ->
                  eachSample(
                      protection, PrivacyBudget.allocate(each, releases, shares), steps, settings))
          .min(Comparator.comparingDouble(PrivacyPlan::noiseMultiplier))
          .orElseThrow();
    }
    PrivacyBudget budget = PrivacyBudget.allocate(filter, releases, shares);
    return new PrivacyPlan(
        protection,
        budget,
        settings.exchange(),
        new ChangeProtection.WholeChange(budget.visitRho(), VISIT_CLIP),
        whole(settings, budget, data, parameters));
  }

  /** Under secure aggregation nobody sees an update, so that its noise can be in the sum. */
  private static ChangeProtection whole(
      RunSettings settings, PrivacyBudget budget, FederatedData data, int parameters) {
    Optional<Graph> graph = AggregationPlan.graph(settings);
    boolean noised = budget.planned().updates() > 0 && Double.isFinite(budget.updateRho());
    if (graph.isEmpty() || !noised) {
      return new ChangeProtection.WholeChange(budget.updateRho(), settings.clip());
    }
    int cohort = RoundSettings.cohortSize(settings.participation(), data.devices().size());
    int contributors = AggregationPlan.contributors(settings, graph.get(), cohort);
    return new ChangeProtection.InSum(
        new DistributedGaussian(settings.clip(), budget.updateRho(), parameters, contributors));
  }

  private static Protection protection(RunSettings settings) {
    return Protection.valueOf(settings.protect().toUpperCase(Locale.ROOT));
  }

  private static PrivacyPlan eachSample(
      Protection protection, PrivacyBudget budget, PrivateSteps steps, RunSettings settings) {
    Double quantile = settings.clipQuantile();
    double searchRho = quantile == null ? 0 : SEARCH_SHARE * budget.updateRho();
    double rho = budget.updateRho() - searchRho;
    double sigma = budget.filter().noiseMultiplier(steps.samplingRate(), steps.steps(), rho);
    return new PrivacyPlan(
        protection,
        budget,
        settings.exchange(),
        new ChangeProtection.WholeChange(budget.visitRho(), VISIT_CLIP),
        new ChangeProtection.EachSample(
            rho,
            steps,
            sigma,
            Optional.ofNullable(quantile)
                .map(share -> new ChangeProtection.ClipSearch(share, searchRho))));
  }

  /** How the clip of gradients follows their norms; empty if it is fixed. */
  Optional<ChangeProtection.ClipSearch> search() {
    return update instanceof ChangeProtection.EachSample each ? each.search() : Optional.empty();
  }

  private double noiseMultiplier() {
    return switch (update) {
      case ChangeProtection.WholeChange whole -> 1 / Math.sqrt(2 * whole.rho());
      case ChangeProtection.InSum part -> 1 / Math.sqrt(2 * part.rho());
      case ChangeProtection.EachSample each -> each.noiseMultiplier();
    };
  }

  private static PrivacyBudget.Releases releases(Protection protection, RoundSettings rounds) {
    int plannings = rounds.plannings();
    boolean all = protection == Protection.ALL;
    // All who ask for class sums in a round get the same ones.
    int answers =
        rounds.swaps().exchange().equals(Optional.of(Exchange.SYNTHETIC))
            ? 1
            : rounds.swaps().outDegree();
    return new PrivacyBudget.Releases(
        rounds.reports(all),
        rounds.policy().isGated() ? plannings : 0,
        all ? plannings * answers : 0,
        all ? rounds.rounds() : 0);
  }

  /**
   * Steps that take as many samples as local epochs would. How many samples a device has is its
   * secret, so all take them at the rate, and divide by the batch, of a device of middling size.
   */
  private static PrivateSteps steps(RunSettings settings, FederatedData data) {
    double samples =
        data.isElsewhere()
            ? data.dataset().size() // an example, taken to be as large as what a device has
            : data.devices().stream()
                .mapToInt(device -> device.train().length)
                .average()
                .orElseThrow();
    double batch = Math.min(settings.batch(), samples);
    double rate = batch / samples;
    int steps = (int) Math.max(1, Math.round(settings.localEpochs() / rate));
    return new PrivateSteps(rate, steps, (float) settings.clip(), batch);
  }

  /** Whether swaps release class sums, and no visits. */
  boolean sumsClasses() {
    return exchange.equals("synthetic");
  }

  /** Class sums have the share of visits, which are not made beside them. */
  SumProtection sums() {
    return new SumProtection(budget.visitRho(), EMBEDDING_CLIP);
  }

  PrivacySettings settings() {
    return new PrivacySettings(
        budget.filter(),
        protection,
        budget.profileRho(),
        budget.outcomeRho(),
        visit,
        sums(),
        update);
  }
}
