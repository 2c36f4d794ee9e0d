package dev.kula.app.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.data.DeviceId;
import dev.kula.round.Revocation;
import dev.kula.round.RunEvent;
import dev.kula.store.RunJson;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The swaps that were ordered in one round, and what came of them. */
final class PlanningView {
  /** Orders told one by one; of the others, their number. A page with all could not be read. */
  static final int MOST_ORDERS = 400;

  private final int round;
  private final Map<Long, Ended> orders = new LinkedHashMap<>();

  /** Of orders that have not ended; what came in by them is to be known by its labels. */
  private final Map<Long, int[]> open = new HashMap<>();

  private final Map<String, Integer> outcomes = new LinkedHashMap<>();
  private long ordered;
  private long samples;
  private long moved;
  private long version;

  /** An order, its end once there is one, and the round in which its lease was taken back. */
  private record Ended(
      RunEvent.Ordered ordered, RunEvent.@Nullable Settled settled, @Nullable Integer revoked) {}

  PlanningView(int round) {
    this.round = round;
  }

  long version() {
    return version;
  }

  void add(RunEvent.Ordered order, int[] bins, long now) {
    version = now;
    ordered++;
    open.put(order.order(), bins);
    if (orders.size() < MOST_ORDERS) {
      orders.put(order.order(), new Ended(order, null, null));
    }
  }

  /** The label bins that the order asked for; empty if they are not known. */
  int[] settle(RunEvent.Settled end, long now) {
    version = now;
    outcomes.merge(end.outcome(), 1, Integer::sum);
    samples += end.samples();
    moved += end.bytes();
    orders.computeIfPresent(
        end.order(), (number, one) -> new Ended(one.ordered(), end, one.revoked()));
    int[] bins = open.remove(end.order());
    return bins == null ? new int[0] : bins;
  }

  /** Notes that a lease was taken back, if the order is one of this planning's. */
  void revoke(RunEvent.Revoked lease, long now) {
    Ended one = orders.get(lease.order());
    if (one != null && one.revoked() == null) {
      version = now;
      orders.put(lease.order(), new Ended(one.ordered(), one.settled(), lease.round()));
    }
  }

  /** Of an order that is told one by one, is open or was let in, and has its lease still. */
  Optional<Revocation> revocation(long order) {
    return Optional.ofNullable(orders.get(order))
        .filter(one -> one.revoked() == null)
        .filter(one -> one.settled() == null || one.settled().outcome().equals("accepted"))
        .map(Ended::ordered)
        .map(
            one -> new Revocation(order, new DeviceId(one.receiver()), new DeviceId(one.source())));
  }

  ObjectNode told() {
    ObjectNode told = RunJson.tree(outcomes);
    ObjectNode planning = told.objectNode();
    planning.put("round", round).put("ordered", ordered).put("samples", samples);
    planning.put("bytes", moved).set("outcomes", told);
    ArrayNode list = planning.putArray("orders");
    for (Ended order : orders.values()) {
      ObjectNode one = list.addObject();
      one.set("ordered", RunJson.tree(order.ordered()));
      one.set("settled", order.settled() == null ? null : RunJson.tree(order.settled()));
      one.put("revoked", order.revoked());
    }
    return planning;
  }
}
