package dev.kula.swap;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.List;

/** Fills in an order and its reasons; what policies have in common. */
final class OrderForm {
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

  OrderForm(PlanRequest request, Profile receiver, Profile source, int samples) {
    this.request = request;
    this.receiver = receiver.device();
    this.source = source.device();
    this.samples = samples;
    this.selection = request.settings().selection();
  }

  OrderForm asking(List<Integer> wanted) {
    labels = wanted;
    return this;
  }

  OrderForm via(Exchange how, Admission into, Selection picks, double diverseShare) {
    exchange = how;
    admission = into;
    selection = picks;
    diversity = diverseShare;
    return this;
  }

  OrderForm covering(double lack, double covered) {
    deficit = lack;
    coverage = covered;
    return this;
  }

  OrderForm because(Similarity measured, double rank, String reason) {
    similarity = measured;
    score = rank;
    why = reason;
    return this;
  }

  /** The order, the {@code index}-th of its plan. */
  PlannedSwap numbered(int index) {
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
