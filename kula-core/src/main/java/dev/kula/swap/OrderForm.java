package dev.kula.swap;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.List;

/**
 * Fills in an order and its reasons; what policies have in common. Unless it is told otherwise, the
 * order is a visit for the personal ledger, which the receiver's gate decides on, with samples of
 * any label, picked as the settings say. One thread.
 */
public final class OrderForm {
  private final PlanRequest request;
  private final DeviceId receiver;
  private final DeviceId source;
  private final int samples;
  private List<Integer> labels = List.of();
  private Exchange exchange = Exchange.VISIT;
  private Admission admission = Admission.GATED_PERSONAL;
  private Selection selection;
  private double diversity = 1;
  private double deficit;
  private double coverage;
  private Similarity similarity = new Similarity(0, 0, 0);
  private double score;
  private String why = "";

  /**
   * An order of one plan.
   *
   * @param receiver one of the request's profiles
   * @param source another one
   * @param samples at most so many, at least 1
   */
  public OrderForm(PlanRequest request, Profile receiver, Profile source, int samples) {
    this.request = request;
    this.receiver = receiver.device();
    this.source = source.device();
    this.samples = samples;
    this.selection = request.settings().selection();
  }

  /** For samples of these label bins, evenly. */
  public OrderForm asking(List<Integer> wanted) {
    labels = wanted;
    return this;
  }

  /**
   * In another way.
   *
   * @param diverseShare share of the picks made by diversity where the selection mixes, in [0, 1]
   */
  public OrderForm via(Exchange how, Admission into, Selection picks, double diverseShare) {
    exchange = how;
    admission = into;
    selection = picks;
    diversity = diverseShare;
    return this;
  }

  /**
   * Says what the receiver lacks.
   *
   * @param lack share of its target that its ledger lacks, in [0, 1]
   * @param covered share of that in labels which the source holds, in [0, 1]
   */
  public OrderForm covering(double lack, double covered) {
    deficit = lack;
    coverage = covered;
    return this;
  }

  /**
   * Says why.
   *
   * @param rank by which it was ranked; higher first
   * @param reason one sentence
   */
  public OrderForm because(Similarity measured, double rank, String reason) {
    similarity = measured;
    score = rank;
    why = reason;
    return this;
  }

  /** The order, the {@code index}-th of its plan. */
  public PlannedSwap numbered(int index) {
    SwapOrder order =
        new SwapOrder(
            request.firstOrder() + index,
            request.round(),
            source,
            receiver,
            samples,
            labels,
            exchange,
            admission,
            selection,
            diversity,
            request.trusts(source),
            request.settings().lease(),
            1);
    return new PlannedSwap(
        order, deficit, coverage, similarity, request.reputation().value(source), score, why);
  }
}
