package dev.kula.device;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.util.List;

/** Orders as a monitor would send them. */
public final class SwapOrders {
  private SwapOrders() {}

  /** Six samples of the labels given, an hour, one use, a trusted source. */
  public static SwapOrder of(
      long number,
      DeviceId source,
      DeviceId receiver,
      Exchange exchange,
      Admission admission,
      Integer... labels) {
    return new SwapOrder(
        number,
        1,
        source,
        receiver,
        6,
        List.of(labels),
        exchange,
        admission,
        Selection.DIVERSITY,
        1,
        true,
        Duration.ofHours(1),
        1);
  }

  /** To both of its devices, from the monitor. */
  public static List<Envelope> envelopes(SwapOrder order) {
    Message message = new Message.Ordered(order);
    return List.of(
        new Envelope(Envelope.MONITOR, order.receiver(), message),
        new Envelope(Envelope.MONITOR, order.source(), message));
  }
}
