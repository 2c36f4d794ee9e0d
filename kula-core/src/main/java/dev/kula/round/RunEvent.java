package dev.kula.round;

import dev.kula.data.LabelSpace;
import dev.kula.monitor.Profile;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.SwapOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that a report should be able to explain, a line of {@code events.jsonl}. Each carries
 * the round; the writer adds method and seed.
 */
public sealed interface RunEvent {
  /** Round in which it happened, from 1. */
  int round();

  /**
   * What a device let the monitor know of it, as it was noised on the device; its sums of features,
   * eight numbers a label, are left out.
   *
   * @param device its name
   * @param samples estimated number of samples, at least 1
   * @param labelCounts samples in each label bin; with noise also negative and fractional
   * @param correct number of right answers over these samples; 0 for a regression
   * @param lossFraction sum over these samples of min(loss, 5)/5
   * @param inferenceSeconds for one sample, not noised; 0 if unknown
   * @param labelStddev standard deviation of the noise in each label count; 0 if there is none
   * @param metricStddev likewise in {@code correct} and {@code lossFraction}
   */
  record Profiled(
      int round,
      String device,
      double samples,
      List<Double> labelCounts,
      double correct,
      double lossFraction,
      double inferenceSeconds,
      double labelStddev,
      double metricStddev)
      implements RunEvent {
    /** What a profile says. */
    static Profiled of(int round, Profile profile) {
      return new Profiled(
          round,
          profile.device().name(),
          profile.samples(),
          Arrays.stream(profile.labelCounts()).boxed().toList(),
          profile.correct(),
          profile.lossFraction(),
          profile.inferenceSeconds(),
          profile.noise().labelStddev(),
          profile.noise().metricStddev());
    }
  }

  /**
   * What the monitor's tests said of the profiles of a round.
   *
   * @param errorRate probability with which the tests, taken together, name a difference where
   *     there is none
   * @param groups devices that the tests could not tell apart, largest first
   * @param outliers devices that differ from the rest, and in what
   */
  record Compared(int round, double errorRate, List<List<String>> groups, List<Outlier> outliers)
      implements RunEvent {}

  /**
   * A device that differs from the rest of the fleet.
   *
   * @param device its name
   * @param component {@code labels}, {@code features} or {@code metrics}
   * @param distance of that component, in [0, 1], bias of the noise taken off
   * @param pValue after correction for the number of tests
   * @param detail in words, such as {@code lacks labels 3, 7}
   */
  record Outlier(String device, String component, double distance, double pValue, String detail) {}

  /**
   * A swap order and its reasons.
   *
   * @param order its number in the run
   * @param receiver who is to benefit
   * @param source whose data it is
   * @param exchange {@code visit}, {@code whole_visit} or {@code raw}
   * @param samples how many samples
   * @param labels names of the label bins asked for
   * @param deficit share of the receiver's target that its ledger lacks, in [0, 1]
   * @param coverage share of that which the source's labels can cover, in [0, 1]
   * @param similarity in [0, 1]
   * @param labelDistance component, in [0, 1]
   * @param featureDistance component, in [0, 1]
   * @param metricDistance component, in [0, 1]
   * @param reputation of the source, in [0, 1]
   * @param score by which the order was ranked
   * @param leaseSeconds how long its lease lasts once the source has granted it
   * @param uses how often the lease may be used
   * @param why one sentence
   */
  record Ordered(
      int round,
      long order,
      String receiver,
      String source,
      String exchange,
      int samples,
      List<String> labels,
      double deficit,
      double coverage,
      double similarity,
      double labelDistance,
      double featureDistance,
      double metricDistance,
      double reputation,
      double score,
      double leaseSeconds,
      int uses,
      String why)
      implements RunEvent {
    /** The reasons of a plan. */
    static Ordered of(PlannedSwap planned, LabelSpace labels) {
      SwapOrder order = planned.order();
      return new Ordered(
          order.round(),
          order.number(),
          order.receiver().name(),
          order.source().name(),
          order.exchange().name().toLowerCase(Locale.ROOT),
          order.samples(),
          order.labels().stream().map(labels.names()::get).toList(),
          planned.deficit(),
          planned.coverage(),
          planned.similarity().value(),
          planned.similarity().labelDistance(),
          planned.similarity().featureDistance(),
          planned.similarity().metricDistance(),
          planned.reputation(),
          planned.score(),
          order.lease().toNanos() / 1e9,
          order.uses(),
          planned.why());
    }
  }

  /**
   * What came of an order. The losses are the receiver's own and never leave it in a live fleet:
   * only the simulation's evaluator sees them.
   *
   * @param outcome {@code accepted}, {@code rejected} or {@code expired}
   * @param lossWithout cross-validated loss without the swap; null if the gate did not run
   * @param lossWith cross-validated loss with it; null if the gate did not run
   * @param samples samples that entered a ledger
   * @param bytes that moved for it
   * @param reason one sentence
   */
  record Settled(
      int round,
      long order,
      String receiver,
      String source,
      String outcome,
      @Nullable Double lossWithout,
      @Nullable Double lossWith,
      int samples,
      long bytes,
      String reason)
      implements RunEvent {}

  /**
   * The operator took the lease of an order back, and both of its devices have heard it.
   *
   * @param round in which the second of them did
   * @param order its number in the run
   * @param receiver who uses no more what came by it
   * @param source who answers the lease no more
   */
  record Revoked(int round, long order, String receiver, String source) implements RunEvent {
    static Revoked of(int round, Revocation lease) {
      return new Revoked(round, lease.order(), lease.receiver().name(), lease.source().name());
    }
  }

  /**
   * What a device meets has changed, as its scores say on rows that come in before they are trained
   * on; found by the simulation's evaluator, which tells nobody.
   *
   * @param since first round after the change
   * @param before mean score up to there, in [0, 1]
   * @param after mean score from there on, in [0, 1]
   */
  record Changed(int round, String device, int since, double before, double after)
      implements RunEvent {}

  /** A device's account refused a release, and the device stopped reporting and swapping. */
  record AccountSpent(int round, String device, String purpose, double epsilon)
      implements RunEvent {}

  /** A device sent a server what it had no right to send. It changed nothing. */
  record Ignored(int round, String device, String what) implements RunEvent {}

  /** Reputations after a round of swaps. */
  record Reputations(int round, List<Standing> standings) implements RunEvent {}

  /**
   * How a source stands.
   *
   * @param quality lower 10 % quantile from outcomes, in [0, 1]
   * @param reliability share of leases kept and answers in time, in [0, 1]
   */
  record Standing(String device, double quality, double reliability) {}

  /**
   * A search for groups of devices that serve each other.
   *
   * @param groups devices of each group; a single one if none is worth it
   * @param gains of the numbers of groups that were tried
   */
  record Grouped(int round, List<List<String>> groups, List<Gain> gains) implements RunEvent {}

  /**
   * What a number of groups brings.
   *
   * @param groups how many
   * @param gain by which the mean loss on guarding labels falls
   * @param standardError of it, over devices
   */
  record Gain(int groups, double gain, double standardError) {}

  /** The run ended. */
  record Stopped(int round, String reason) implements RunEvent {}
}
