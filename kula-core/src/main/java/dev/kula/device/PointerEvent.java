package dev.kula.device;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What became of a pointer, as one of the two devices saw it: for its owner, who may want to know
 * which samples others could use, and did.
 *
 * @param at by the fleet's clock
 * @param order number of the swap order
 * @param what happened
 * @param peer the other device
 * @param exchange how the samples may be used; empty where a message does not say
 * @param block name of the block; empty likewise
 * @param samples that the pointer promises, or that came as raw samples; 0 where a message does not
 *     say
 * @param detail for people: until when a lease holds and how often, or why something was refused;
 *     may be empty
 */
public record PointerEvent(
    Instant at,
    long order,
    What what,
    DeviceId peer,
    Optional<Exchange> exchange,
    Optional<String> block,
    int samples,
    String detail) {
  /** The steps, first as the source sees them, then as the receiver does. */
  public enum What {
    /** This device pointed the peer to its samples and leased them. */
    GRANTED,
    /** The peer used the lease, and was answered. */
    USED,
    /** This device refused an order, or what the peer asked under a lease. */
    REFUSED,
    /** The peer pointed this device to its samples. */
    OFFERED,
    /** This device asked under the peer's lease. */
    ASKED,
    /** The peer answered. */
    RECEIVED,
    /** The peer refused. */
    DENIED
  }

  /**
   * What a delivery and the answers to it say of pointers.
   *
   * @param at the delivery's time
   * @param inbox what the device was delivered
   * @param said what it said to that
   * @return in the order of the messages, those that came first
   */
  public static List<PointerEvent> of(Instant at, List<Envelope> inbox, List<Envelope> said) {
    List<PointerEvent> events = new ArrayList<>();
    Map<Use, Lease> presented = new HashMap<>();
    for (Envelope envelope : inbox) {
      came(new Step(at, envelope.from(), events), envelope.message(), presented);
    }
    for (Envelope envelope : said) {
      went(new Step(at, envelope.to(), events), envelope.message(), presented);
    }
    return events;
  }

  /** Orders are numbered by the monitor, and anybody may name a number. */
  private record Use(DeviceId peer, long order) {}

  /** Where events of one message go. */
  private record Step(Instant at, DeviceId peer, List<PointerEvent> into) {
    Use use(long order) {
      return new Use(peer, order);
    }

    void leased(long order, What what, Lease lease, int samples) {
      add(
          order,
          what,
          Optional.of(lease.exchange()),
          Optional.of(lease.block().hex()),
          samples,
          "until %s, uses %d".formatted(lease.expires(), lease.uses()));
    }

    void refused(long order, What what, String reason) {
      add(order, what, Optional.empty(), Optional.empty(), 0, reason);
    }

    void add(
        long order,
        What what,
        Optional<Exchange> exchange,
        Optional<String> block,
        int samples,
        String detail) {
      into.add(new PointerEvent(at, order, what, peer, exchange, block, samples, detail));
    }
  }

  private static void came(Step step, Message message, Map<Use, Lease> presented) {
    switch (message) {
      case Message.Offered offered ->
          step.leased(offered.order(), What.OFFERED, offered.lease(), offered.pointer().size());
      case Message.Refused refused -> step.refused(refused.order(), What.DENIED, refused.reason());
      case Message.Fetch fetch -> presented.put(step.use(fetch.order()), fetch.lease());
      case Message.Visit visit ->
          visit.leases().forEach((order, lease) -> presented.put(step.use(order), lease));
      case Message.Summarise ask -> presented.put(step.use(ask.order()), ask.lease());
      case Message.Fetched fetched ->
          step.add(
              fetched.order(),
              What.RECEIVED,
              Optional.of(Exchange.RAW),
              Optional.of(fetched.block().hex()),
              fetched.batch().size(),
              "");
      case Message.Visited visited ->
          step.add(
              visited.order(),
              What.RECEIVED,
              Optional.empty(),
              Optional.of(visited.block().hex()),
              0,
              "");
      case Message.Summarised summarised ->
          step.add(
              summarised.order(),
              What.RECEIVED,
              Optional.of(Exchange.SYNTHETIC),
              Optional.of(summarised.block().hex()),
              0,
              "");
      default -> {} // says nothing of pointers
    }
  }

  private static void went(Step step, Message message, Map<Use, Lease> presented) {
    switch (message) {
      case Message.Offered offered ->
          step.leased(offered.order(), What.GRANTED, offered.lease(), offered.pointer().size());
      case Message.Refused refused -> step.refused(refused.order(), What.REFUSED, refused.reason());
      case Message.Fetch fetch -> step.leased(fetch.order(), What.ASKED, fetch.lease(), 0);
      case Message.Visit visit ->
          new TreeMap<>(visit.leases())
              .forEach((order, lease) -> step.leased(order, What.ASKED, lease, 0));
      case Message.Summarise ask -> step.leased(ask.order(), What.ASKED, ask.lease(), 0);
      case Message.Fetched fetched ->
          used(step, fetched.order(), presented, fetched.batch().size());
      case Message.Visited visited -> used(step, visited.order(), presented, 0);
      case Message.Summarised summarised -> used(step, summarised.order(), presented, 0);
      default -> {} // says nothing of pointers
    }
  }

  private static void used(Step step, long order, Map<Use, Lease> presented, int samples) {
    Lease lease = presented.get(step.use(order));
    if (lease != null) {
      step.leased(order, What.USED, lease, samples);
    }
  }
}
