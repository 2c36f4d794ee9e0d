package dev.kula.swap;

import dev.kula.KulaException;
import dev.kula.data.Exchange;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * Zhao et al. 2018 (arXiv 1806.00582), section 4: a share of all data is given to all devices once,
 * before training. Raw, ungated, into both ledgers. That is an order for each pair, by definition:
 * fleets of more than {@value #MOST} devices are refused.
 */
final class StaticSharing implements SwapPolicy {
  private static final int MOST = 2000;

  private final double share;

  private StaticSharing(double share) {
    this.share = share;
  }

  static StaticSharing parse(String text) {
    String number = text.substring("static:".length());
    try {
      double share = Double.parseDouble(number);
      if (share > 0 && share <= 1) {
        return new StaticSharing(share);
      }
    } catch (NumberFormatException e) {
      throw invalid(text, e);
    }
    throw invalid(text, new IllegalArgumentException(number));
  }

  private static KulaException invalid(String text, Exception cause) {
    return KulaException.user(
        "policy is '%s', SHARE must be a number in (0, 1]; try static:0.05".formatted(text), cause);
  }

  @Override
  public String notation() {
    return "static:" + share;
  }

  @Override
  public boolean plansIn(int round) {
    return round == 0;
  }

  @Override
  public boolean movesRawSamples() {
    return true;
  }

  @Override
  public boolean isGated() {
    return false;
  }

  @Override
  public List<PlannedSwap> plan(PlanRequest request) {
    int size = request.profiles().size();
    if (size > MOST) {
      throw KulaException.user(
          "policy is '%s' and there are %d devices, must be at most %d, for everyone gives to all; try random"
              .formatted(notation(), size, MOST));
    }
    Portraits portraits = request.portraits();
    List<PlannedSwap> plan = new ArrayList<>();
    for (int from = 0; from < size; from++) {
      Profile source = request.profiles().get(from);
      int samples = (int) Math.round(share * source.samples());
      for (int to = 0; to < size; to++) {
        Profile receiver = request.profiles().get(to);
        if (samples >= 1 && !receiver.device().equals(source.device())) {
          plan.add(
              new OrderForm(request, receiver, source, samples)
                  .via(Exchange.RAW, Admission.UNGATED_BOTH, Selection.UNIFORM, 0)
                  .because(
                      portraits.similarity(to, from),
                      share,
                      "every device gives %.1f %% of its data to all".formatted(100 * share))
                  .numbered(plan.size()));
        }
      }
    }
    return plan;
  }
}
