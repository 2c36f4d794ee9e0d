package dev.kula.device;

import dev.kula.OneLine;
import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What became of a pointer, as one of the two devices saw it: for its owner, who may want to know
 * which samples others could use, and did.
 *
 * @param at by the fleet's clock
 * @param order number of the swap order
 * @param what happened
 * @param peer the other device, or the server that told
 * @param exchange how the samples may be used; empty where a message does not say
 * @param block name of the block; empty likewise
 * @param samples that the pointer promises, or that came as raw samples; 0 where a message does not
 *     say
 * @param detail for people: until when a lease holds and how often, or why something was refused;
 *     in a line; may be empty
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
  public PointerEvent {
    detail = OneLine.of(detail);
  }

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
    DENIED,
    /** A server, the peer here, took the lease of an order back; of whichever of the two. */
    REVOKED
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
    for (Envelope envelope : inbox) {
      came(new Step(at, envelope.from(), events), envelope.message());
    }
    for (Envelope envelope : said) {
      went(new Step(at, envelope.to(), events), envelope.message());
    }
    return events;
  }

  /** Where events of one message go. */
  private record Step(Instant at, DeviceId peer, List<PointerEvent> into) {
    void leased(long order, What what, Lease lease, int samples) {
      add(
          order,
          what,
          Optional.of(lease.exchange()),
          Optional.of(lease.block()),
          samples,
          "until %s, uses %d".formatted(lease.expires(), lease.uses()));
    }

    void refused(long order, What what, String reason) {
      add(order, what, Optional.empty(), Optional.empty(), 0, reason);
    }

    void answered(long order, What what, Optional<Exchange> exchange, BlockId block, int samples) {
      add(order, what, exchange, Optional.of(block), samples, "");
    }

    private void add(
        long order,
        What what,
        Optional<Exchange> exchange,
        Optional<BlockId> block,
        int samples,
        String detail) {
      into.add(
          new PointerEvent(
              at, order, what, peer, exchange, block.map(BlockId::hex), samples, detail));
    }
  }

  private static void came(Step step, Message message) {
    switch (message) {
      case Message.Offered offered ->
          step.leased(offered.order(), What.OFFERED, offered.lease(), offered.pointer().size());
      case Message.Refused refused -> step.refused(refused.order(), What.DENIED, refused.reason());
      case Message.Revoked revoked -> {
        if (Doorkeeper.isServer(step.peer())) { // nobody else is believed
          step.refused(
              revoked.order(),
              What.REVOKED,
              "the lease opens nothing, and what came by it is used no more");
        }
      }
      default -> answer(step, What.RECEIVED, message);
    }
  }

  private static void went(Step step, Message message) {
    switch (message) {
      case Message.Offered offered ->
          step.leased(offered.order(), What.GRANTED, offered.lease(), offered.pointer().size());
      case Message.Refused refused -> step.refused(refused.order(), What.REFUSED, refused.reason());
      case Message.Fetch fetch -> step.leased(fetch.order(), What.ASKED, fetch.lease(), 0);
      case Message.Visit visit ->
          new TreeMap<>(visit.leases())
              .forEach((order, lease) -> step.leased(order, What.ASKED, lease, 0));
      case Message.Summarise ask -> step.leased(ask.order(), What.ASKED, ask.lease(), 0);
      default -> answer(step, What.USED, message);
    }
  }

  /** Names the block that was answered from, whatever the peer says its order was. */
  private static void answer(Step step, What what, Message message) {
    switch (message) {
      case Message.Fetched fetched ->
          step.answered(
              fetched.order(),
              what,
              Optional.of(Exchange.RAW),
              fetched.block(),
              fetched.batch().size());
      case Message.Visited visited ->
          step.answered(visited.order(), what, Optional.empty(), visited.block(), 0);
      case Message.Summarised summarised ->
          step.answered(
              summarised.order(), what, Optional.of(Exchange.SYNTHETIC), summarised.block(), 0);
      default -> {} // says nothing of pointers
    }
  }
}
